package io.sluice.scrub;

import io.sluice.oci.RepositoryName;
import io.sluice.store.ObjectStore;
import io.sluice.store.Steps;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One pass over all stores. Confined to the context that it is called on; what it remembers grows
 * with the number of objects, by some bytes each, and not with their size.
 *
 * <p>Of each repository it reads the blobs, then the newest revision of each manifest, then the
 * tags. What it finds missing or damaged it looks at again before it says so: what went meanwhile,
 * because it was deleted, collected or superseded, is no loss. Bytes that nothing refers to are the
 * collector's business.
 */
public final class Scrub {
  private final ScrubSettings settings;
  private final Pace pace;
  private final PacedReader reader;
  private final Tally tally = new Tally();

  /**
   * A pass that has yet to begin.
   *
   * @param workers for what takes time; one thread will do
   * @param nanos the monotonic clock
   */
  public Scrub(Vertx vertx, ScrubSettings settings, WorkerExecutor workers, LongSupplier nanos) {
    this.settings = settings;
    this.pace = new Pace(vertx, settings.bytesPerSecond(), nanos);
    this.reader = new PacedReader(pace, workers, tally);
  }

  /**
   * Runs it, once. Fails when a store can't be used.
   *
   * @param findings told of each, on this context, when a repository was looked through
   */
  public Future<ScrubTotals> run(Consumer<Finding> findings) {
    return Steps.each(settings.stores(), store -> scrub(store, findings)).map(_ -> tally.totals());
  }

  /** Ends it early, which does no harm; it fails then, soon. */
  public void stop() {
    pace.close();
  }

  /** What it has done so far. */
  public ScrubTotals soFar() {
    return tally.totals();
  }

  private Future<Void> scrub(ObjectStore store, Consumer<Finding> findings) {
    var pass = new Pass(store, reader, tally, settings.quarantine(), findings);
    var check = new ContentCheck(pass);
    return Walk.repositories(store, name -> scrub(pass, name, check))
        .compose(
            _ ->
                settings.quarantine() && check.anyBad()
                    ? Walk.repositories(store, name -> sweep(pass, name, check))
                    : Future.succeededFuture());
  }

  private Future<Void> scrub(Pass pass, RepositoryName name, ContentCheck check) {
    tally.repositories++;
    var drafts = new Drafts(pass, name);
    var blobs = new BlobScrub(pass, name, check, drafts);
    var manifests = new ManifestScrub(pass, name, blobs, drafts);
    var tags = new TagScrub(pass, name, manifests, drafts);
    return blobs
        .run()
        .compose(_ -> manifests.run())
        .compose(_ -> tags.run())
        .compose(_ -> drafts.report());
  }

  /**
   * Before a link to damaged data was hidden, another one may have been made from it: hides those
   * too, else what is pushed anew would go on to share that data. Reads lists only.
   */
  private static Future<Void> sweep(Pass pass, RepositoryName name, ContentCheck check) {
    var drafts = new Drafts(pass, name);
    return new BlobScrub(pass, name, check, drafts).sweep().compose(_ -> drafts.report());
  }
}
