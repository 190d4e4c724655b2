package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.RepositoryName;
import io.sluice.registry.TestImages.Blob;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Data whose links move, behind the back of one collector, from repositories that it has yet to
 * look at to such as it has looked at, while another collector removes the old ones: scan after
 * scan sees no link at all, though there always is one.
 */
class CollectorReleasesTest extends OnACollectedRegistry {
  private static final RepositoryName R1 = new RepositoryName("r1");
  private static final RepositoryName R2 = new RepositoryName("r2");
  private static final RepositoryName R3 = new RepositoryName("r3");
  private static final Blob X = large(1);

  private void anOldLinkIn3() {
    registry.upload(R3, X);
    // So that the others are repositories that are looked at in any case.
    registry.pushAll(R1, image(small(1)), LATEST);
    registry.pushAll(R2, image(small(1)), LATEST);
    registry.pushAll(R3, image(small(1)), LATEST);
    afterTheGrace();
  }

  /**
   * The number of the call by which a collection of what is given looks at a repository's links.
   */
  private int callThatLooksAt(RepositoryName repository, Runnable given) {
    start();
    given.run();
    collected.before(-1, Future::succeededFuture);
    collect();
    int call = collected.calls().indexOf("list " + Layout.blobs(repository));
    assertThat(call).isNotNegative();
    start();
    given.run();
    return call;
  }

  private Future<?> moveAndCollect(RepositoryName to, RepositoryName from) {
    return registry
        .parts
        .blobs
        .mount(to, X.digest(), Optional.of(from), _ -> true)
        .compose(
            mounted -> {
              assertThat(mounted).isTrue();
              return collector(KEEP_ALL, objects)
                  .collect(_ -> Future.succeededFuture(), false, () -> false);
            });
  }

  /** The link moves while a collection is between the two repositories. */
  private Collected collectWhileTheLinkMoves(int call, RepositoryName to, RepositoryName from) {
    collected.before(call, () -> moveAndCollect(to, from));
    var all = collect();
    assertThat(registry.links(from, X)).as("the other collection has removed it").isEmpty();
    assertThat(registry.links(to, X)).hasSize(1);
    return all;
  }

  private void firstMove(int call) {
    var all = collectWhileTheLinkMoves(call, R2, R3);
    assertThat(all.totals().waiting()).as("seen without a link").isEqualTo(1);
  }

  @Test
  void dataWhoseLinkMovesBehindAScanStays() {
    firstMove(callThatLooksAt(R3, this::anOldLinkIn3));

    assertThat(keys("data/")).hasSize(1);
    assertThat(replica().hasBlob(R2, X)).isTrue();
  }

  @Test
  void dataWhoseLinksMoveBehindEveryScanStays() {
    int first = callThatLooksAt(R3, this::anOldLinkIn3);
    int second =
        callThatLooksAt(
            R2,
            () -> {
              anOldLinkIn3();
              firstMove(first);
              afterTwoGraces();
            });

    var all = collectWhileTheLinkMoves(second, R1, R2);

    assertThat(all.totals().data()).isZero();
    assertThat(all.totals().waiting()).as("seen without a link again").isEqualTo(1);
    assertThat(keys("data/")).hasSize(1);
    assertThat(await(() -> replica().parts.blobs.open(R1, X.digest(), new ByteRange.Whole())))
        .isNotNull();
    settle();
    assertThat(keys("data/")).as("and goes when it may").isEmpty();
  }

  @Test
  void aReleaseIsWrittenBeforeTheLinkGoes() {
    registry.upload(APP, X);
    afterTheGrace();
    collected.before(-1, Future::succeededFuture);

    collect();

    var calls = collected.calls();
    int note = index("put gc/released/");
    assertThat(note).isNotNegative().isLessThan(index("delete repos/"));
    assertThat(calls).hasSizeGreaterThan(note);
  }

  private int index(String call) {
    var calls = collected.calls();
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i).startsWith(call)) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void aReleaseThatWasWrittenTooSlowlyIsWrittenAgain() {
    registry.upload(APP, X);
    afterTheGrace();
    collected.before(-1, Future::succeededFuture);
    collect();
    int note = index("put gc/released/");
    start();
    registry.upload(APP, X);
    afterTheGrace();
    collected.after(
        note,
        () -> {
          clock.pass(TestRegistry.GRACE.dividedBy(4));
          return Future.succeededFuture();
        });

    collect();

    assertThat(registry.links(APP, X)).isEmpty();
    assertThat(keys("gc/released/")).hasSize(2);
    afterTheGrace();
    assertThat(collect().totals().data()).as("counted from the second").isZero();
  }

  @Test
  void aRunThatLookedForTooLongLeavesTheDataAlone() {
    registry.upload(APP, X);
    afterTheGrace();
    collect();
    afterTwoGraces();
    collected.before(
        2,
        () -> {
          clock.pass(LONGEST_SCAN.plusSeconds(1));
          return Future.succeededFuture();
        });

    assertThat(collect().totals().data()).isZero();
    assertThat(keys("gc/released/")).hasSize(1);
    assertThat(collect().totals().data()).isEqualTo(1);
  }

  @Test
  void notesAreKeptForAsLongAsARunMayTakeThatNeedsThem() {
    registry.upload(APP, X);
    afterTheGrace();
    collect();
    clock.pass(LONGEST_SCAN.plus(TestRegistry.GRACE.multipliedBy(2)));
    collect();
    assertThat(keys("gc/released/")).hasSize(1);

    clock.pass(Duration.ofSeconds(10));
    collect();
    assertThat(keys("gc/")).hasSize(1).allMatch(key -> key.startsWith("gc/policies/"));
  }
}
