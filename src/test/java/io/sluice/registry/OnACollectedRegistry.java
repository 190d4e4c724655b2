package io.sluice.registry;

import io.sluice.config.GcConfig;
import io.sluice.config.RetentionConfig;
import io.sluice.gc.Collector;
import io.sluice.gc.Doomed;
import io.sluice.gc.GcSettings;
import io.sluice.gc.GcSink;
import io.sluice.gc.GcStore;
import io.sluice.gc.Policies;
import io.sluice.gc.Withheld;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Image;
import io.sluice.store.ObjectStore;
import io.sluice.store.memory.InterleavedStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;

/** Collections of the registry's store, on the virtual clock. */
abstract class OnACollectedRegistry extends OnARegistry {
  static final Duration UNDO = TestRegistry.GRACE.multipliedBy(3);
  static final Duration LONGEST_SCAN = TestRegistry.GRACE.multipliedBy(5);

  /** So many runs are enough for everything to go that can, and for the notes about it. */
  private static final int ENOUGH = 6;

  static final RetentionConfig KEEP_ALL = policies("");

  /** The policy that the platform has had all along: the latest tag stays. */
  static final RetentionConfig KEEP_LATEST =
      policies(
          "{'repositories': ['**'], 'deleteReferrers': true,"
              + " 'keepTags': [{'mostRecentlyPushedCount': 1}]}");

  /** What collectors see of the store, and what they do to it. */
  InterleavedStore collected = new InterleavedStore(objects);

  @BeforeEach
  @Override
  void start() {
    super.start();
    collected = new InterleavedStore(objects);
  }

  /** Policies as in configuration files, with single quotes. */
  static RetentionConfig policies(String policies) {
    return Policies.retention("{'delay': '10m', 'policies': [" + policies + "]}");
  }

  /** Everything that was written before is older than the grace now. */
  void afterTheGrace() {
    clock.pass(TestRegistry.GRACE.plusSeconds(10));
  }

  void afterUndo() {
    clock.pass(UNDO.plusSeconds(10));
  }

  /** No release of data is young any more. */
  void afterTwoGraces() {
    clock.pass(TestRegistry.GRACE.multipliedBy(2).plusSeconds(10));
  }

  Collector collector(RetentionConfig policy, ObjectStore over) {
    return new Collector(
        vertx,
        new GcStore(
            "",
            over,
            new GcConfig(
                true, TestRegistry.GRACE, TestRegistry.GRACE, Optional.empty(), Duration.ZERO),
            policy,
            TestRegistry.GRACE,
            () -> Duration.between(Instant.EPOCH, clock.instant()).toNanos()),
        new GcSettings(List.of(), UNDO, 50, Integer.MAX_VALUE, Path.of("unused")),
        new Ulids(clock::instant),
        clock::instant,
        LONGEST_SCAN);
  }

  /** Everything that is reported, one after the other. */
  private static final class Report implements GcSink {
    final List<Doomed> doomed = new ArrayList<>();
    final List<Withheld> withheld = new ArrayList<>();

    @Override
    public Future<Void> accept(Doomed it) {
      doomed.add(it);
      return Future.succeededFuture();
    }

    @Override
    public void withheld(Withheld it) {
      withheld.add(it);
    }
  }

  Future<Collected> collecting(RetentionConfig policy, boolean confirmed, BooleanSupplier stop) {
    var report = new Report();
    return collector(policy, collected)
        .collect(report, confirmed, stop)
        .map(totals -> new Collected(totals, report.doomed, report.withheld));
  }

  /** One run without policies. */
  Collected collect() {
    return collect(KEEP_ALL);
  }

  Collected collect(RetentionConfig policy) {
    return collect(policy, false);
  }

  Collected collect(RetentionConfig policy, boolean confirmed) {
    return await(() -> collecting(policy, confirmed, () -> false));
  }

  Collected preview(RetentionConfig policy) {
    var report = new Report();
    return await(
        () ->
            collector(KEEP_ALL, collected)
                .preview(policy, report, () -> false)
                .map(totals -> new Collected(totals, report.doomed, report.withheld)));
  }

  /** Runs, with time between, until nothing is left that could go; all of them together. */
  Collected settle(RetentionConfig policy) {
    var all = Collected.NOTHING;
    for (int i = 0; i < ENOUGH; i++) {
      clock.pass(LONGEST_SCAN.plus(UNDO));
      all = all.plus(collect(policy, true));
    }
    return all;
  }

  Collected settle() {
    return settle(KEEP_ALL);
  }

  /**
   * Begins anew for each call that a collection makes of the store, and lets something happen right
   * before that.
   */
  void atEachCall(
      RetentionConfig policy,
      Runnable given,
      Supplier<? extends Future<?>> meanwhile,
      IntConsumer then) {
    int calls = 1;
    for (int call = 0; call < calls; call++) {
      start();
      given.run();
      collected.before(call, meanwhile);
      collect(policy);
      calls = collected.calls().size();
      then.accept(call);
    }
  }

  /** As a process leaves it that died, or as somebody else put it there. */
  void leave(String key) {
    leave(key, "");
  }

  void leave(String key, String content) {
    var bytes = content.getBytes(StandardCharsets.UTF_8);
    await(() -> objects.put(key, ByteBuffer.wrap(bytes)));
  }

  void remove(String key) {
    await(() -> objects.delete(List.of(key)));
  }

  List<String> keys(String prefix) {
    return objects.keys().stream().filter(key -> key.startsWith(prefix)).toList();
  }

  void deleteTag(RepositoryName repository, Tag tag) {
    await(() -> replica().parts.manifests.delete(repository, tag, false));
  }

  /** What is missing of an image, by a registry that remembers nothing. */
  Optional<String> missing(RepositoryName repository, Image image) {
    return replica().missingOf(repository, image);
  }
}
