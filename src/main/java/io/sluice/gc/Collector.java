package io.sluice.gc;

import io.sluice.config.RetentionConfig;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.StoredKey;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Collects one store: retention first, then whatever nothing needs any more. Confined to the
 * context that it is called on.
 *
 * <p>A run lists everything once, one repository after the other, and remembers little: of the
 * repository at hand what its manifests refer to, of the whole store which data is linked, and that
 * in a {@link Ledger}. It deletes exactly the keys that it saw. It may stop at any place, be
 * started at any time, and run several times at once: {@code docs/architecture.md} has the argument
 * why nothing goes that is reachable.
 */
public final class Collector {
  /**
   * A run that has looked at all repositories later than this leaves the data alone: what it must
   * know of others ({@link Releases}) may have been cleared away by then.
   */
  private static final Duration LONGEST_SCAN = Duration.ofDays(7);

  /** What a probe of the store left behind that died; see {@code store.s3}. */
  private static final String PROBES = "probe/";

  private static final Duration PROBE_IS_OVER = Duration.ofDays(1);

  private final Vertx vertx;
  private final GcStore store;
  private final GcSettings settings;
  private final Ulids ulids;
  private final InstantSource wallClock;
  private final Duration longestScan;

  public Collector(Vertx vertx, GcStore store, GcSettings settings, Ulids ulids) {
    this(vertx, store, settings, ulids, InstantSource.system(), LONGEST_SCAN);
  }

  /** One for tests, whose clocks are not real ones. */
  public Collector(
      Vertx vertx,
      GcStore store,
      GcSettings settings,
      Ulids ulids,
      InstantSource wallClock,
      Duration longestScan) {
    this.wallClock = wallClock;
    this.vertx = vertx;
    this.store = store;
    this.settings = settings;
    this.ulids = ulids;
    this.longestScan = longestScan;
  }

  /**
   * One run, from the listing to the last deletion. Fails when the store does, or when it is
   * stopped; what has gone by then has gone rightly.
   *
   * @param confirmed whether a new policy may remove as much as it likes
   * @param stop asked between two steps; when true, the run ends early, which does no harm
   */
  public Future<GcTotals> collect(GcSink sink, boolean confirmed, BooleanSupplier stop) {
    return PolicyGuard.wasInForce(store.objects(), store.retention())
        .compose(
            wasInForce -> {
              var pass =
                  new Pass(
                      store.retention(),
                      true,
                      Optional.empty(),
                      confirmed || wasInForce,
                      sink,
                      stop);
              return pass.run()
                  .compose(
                      totals ->
                          !wasInForce && totals.withheld() == 0
                              ? PolicyGuard.isInForce(store.objects(), store.retention())
                                  .map(totals)
                              : Future.succeededFuture(totals));
            });
  }

  /**
   * What a run under this policy would remove, with all that follows from it later; changes
   * nothing.
   */
  public Future<GcTotals> preview(RetentionConfig policy, GcSink sink, BooleanSupplier stop) {
    return preview(policy, Optional.empty(), sink, stop);
  }

  /**
   * The same of one repository: what is in others counts as staying.
   *
   * @param only empty for all
   */
  public Future<GcTotals> preview(
      RetentionConfig policy, Optional<RepositoryName> only, GcSink sink, BooleanSupplier stop) {
    return new Pass(policy, false, only, true, sink, stop).run();
  }

  /** One time through the store. */
  private final class Pass {
    private final Run run;
    private final CatalogSweep catalog;
    private final SharingSweep sharing;

    Pass(
        RetentionConfig policy,
        boolean removes,
        Optional<RepositoryName> only,
        boolean mayExceed,
        GcSink sink,
        BooleanSupplier stop) {
      var paced =
          new PacedStore(
              store.objects(), new Pace(vertx, store.nanos(), settings.requestsPerSecond()));
      var scanner = new Scanner(paced, store.nanos(), stop);
      var clock = RunClock.starting(store.grace(), store.nanos());
      var delay = policy.delay();
      this.run =
          new Run(
              paced,
              scanner,
              clock,
              ulids,
              new Fingerprints(),
              new Ledger(vertx, settings.spill()),
              new Releases(paced, scanner, ulids, clock, longestScan),
              new Retention(policy, wallClock.instant()),
              removes,
              only,
              mayExceed,
              settings.maxShare(),
              settings.undo(),
              delay.compareTo(store.grace()) > 0 ? delay : store.grace(),
              new Tally(),
              sink);
      this.catalog = new CatalogSweep(run);
      this.sharing = new SharingSweep(run);
    }

    Future<GcTotals> run() {
      return catalog
          .read()
          .compose(_ -> sharing.begin())
          .compose(_ -> Repositories.each(run.scanner(), this::collect))
          .compose(_ -> run.removes() ? tidy() : Future.succeededFuture())
          // Behind everything that looks at links.
          .compose(_ -> new DataSweep(run, longestScan).sweep())
          .map(_ -> run.tally().totals())
          .onComplete(_ -> run.ledger().close());
    }

    private Future<?> collect(RepositoryName repository) {
      if (run.only().isPresent() && !run.only().get().equals(repository)) {
        return LinkSweep.note(run, repository);
      }
      return RepositoryCollection.collect(run, repository, sharing)
          .compose(
              hasManifests ->
                  hasManifests ? catalog.isAlive(repository) : Future.<Void>succeededFuture())
          .onSuccess(_ -> run.sink().progress(run.tally().totals()));
    }

    private Future<Void> tidy() {
      return catalog
          .sweep()
          .compose(_ -> sharing.sweep())
          .compose(_ -> run.scanner().pages(PROBES, this::removeProbes));
    }

    private Future<Void> removeProbes(List<Found> page) {
      var keys =
          page.stream()
              .filter(
                  it ->
                      it.is() instanceof StoredKey.Other
                          && run.clock().wasOlderThan(it, PROBE_IS_OVER))
              .map(Found::key)
              .toList();
      return keys.isEmpty() ? Future.succeededFuture() : run.store().delete(keys);
    }
  }
}
