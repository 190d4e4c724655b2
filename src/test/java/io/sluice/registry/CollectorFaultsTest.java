package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.index;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.referrer;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Image;
import io.sluice.ulid.Ulids;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Damaged manifests, failing stores and interruptions. */
class CollectorFaultsTest extends OnACollectedRegistry {
  private static final Image A = image(small(1), large(1));
  private static final Image B = image(small(2), large(2));
  private static final Tag V1 = new Tag("v1");

  /** Puts something else in the place of a manifest's only revision; it is as old as now. */
  private String damage(Image image, String content) {
    var key = keys(Layout.revisions(APP, image.digest())).getLast();
    remove(key);
    leave(key, content);
    return key;
  }

  private static final List<String> DAMAGES =
      List.of(
          "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\"}\n"
              + A.bytes().toString().replace("\"size\":7", "\"size\":8"),
          A.bytes().toString(),
          "",
          "\n",
          "null\nnull",
          "{\"mediaType\":\"text/plain\"}\n" + A.bytes());

  @Test
  void whatADamagedManifestMayNameStays() {
    for (var content : DAMAGES) {
      start();
      registry.pushAll(APP, A, LATEST);
      registry.pushAll(APP, B, V1);
      registry.pushAll(OTHER, B, V1);
      deleteTag(APP, V1);
      deleteTag(OTHER, V1);
      var before = keys(Layout.manifests(APP));
      damage(A, content);

      var all = settle(KEEP_LATEST);

      assertThat(keys(Layout.manifests(APP))).as(content).isEqualTo(before);
      assertThat(replica().hasBlob(APP, large(1))).as(content).isTrue();
      assertThat(replica().hasBlob(APP, large(2))).as(content).isTrue();
      assertThat(keys("repos/other/")).as(content).isEmpty();
      assertThat(all.totals().manifests()).as(content).isEqualTo(1);
    }
  }

  @Test
  void aDamagedManifestIsWarnedOfOnceInARun() {
    var log = (Logger) LoggerFactory.getLogger("io.sluice.gc.RepositoryFacts");
    var heard = new ListAppender<ILoggingEvent>();
    heard.start();
    log.addAppender(heard);
    try {
      registry.pushAll(APP, A, LATEST);
      damage(A, "nonsense");
      collect();
    } finally {
      log.detachAppender(heard);
    }
    assertThat(heard.list).hasSize(1);
    assertThat(heard.list.getFirst().getKeyValuePairs().toString())
        .contains("team/app")
        .contains(A.digest().toString());
  }

  @Test
  void aGoodWritingOfAManifestStaysBesideADamagedOne() {
    registry.pushAll(APP, A, LATEST);
    afterTheGrace();
    registry.pushAll(APP, A, LATEST);
    damage(A, "nonsense");

    settle();

    assertThat(registry.revisions(APP, A)).hasSize(2);
  }

  /** One of everything that may go, and some that stays. */
  private void fill() {
    leave("probe/x");
    clock.pass(Duration.ofDays(1));
    registry.pushAll(APP, image(small(6), large(6)), new Tag("v0"));
    registry.pushAll(APP, A, V1);
    clock.pass(Duration.ofSeconds(1));
    registry.pushAll(APP, index(A, B), new Tag("v2"));
    registry.pushAll(APP, referrer(A, small(3)), referrer(A, small(3)).digest());
    registry.upload(APP, large(5), small(5));
    await(() -> registry.parts.blobs.delete(APP, small(5).digest()));
    registry.pushAll(OTHER, B, LATEST);
    leave("data/AA/01KASPS000AAAAAAAAAAAAAAAA", "orphan");
    leave(Layout.catalog(new RepositoryName("gone")));
    for (int i = 0; i < 10; i++) {
      leave(
          Layout.pulls(APP) + new Ulids(clock::instant).next(),
          A.digest() + " 2026-03-01T10:0" + i + ":00Z\n");
    }
    afterTheGrace();
    registry.pushAll(APP, A, V1);
    deleteTag(APP, V1);
    afterUndo();
  }

  /** What is there in the end, whatever the names that time and chance gave it. */
  private List<String> endOf() {
    settle(KEEP_LATEST);
    return objects.keys().stream()
        .map(key -> key.replaceAll("data/../", "data/").replaceAll("[0-9A-HJKMNP-TV-Z]{26}", "*"))
        .sorted()
        .toList();
  }

  private AsyncResult<Collected> tryToCollect(BooleanSupplier stop) {
    return await(() -> collecting(KEEP_LATEST, true, stop).transform(Future::succeededFuture));
  }

  /**
   * Interrupts the first, second and third run at each place, and lets the others end what it left.
   *
   * @param interrupted interrupts a run at its n-th place; false if it has no such place
   */
  private void interruptAnywhere(IntPredicate interrupted) {
    fill();
    var undisturbed = endOf();
    assertThat(undisturbed)
        .hasSize(23)
        .noneMatch(key -> key.startsWith("probe/") || key.startsWith("gc/released/"));
    for (int runsBefore = 0; runsBefore < 3; runsBefore++) {
      int place = 0;
      while (true) {
        start();
        fill();
        for (int i = 0; i < runsBefore; i++) {
          collect(KEEP_LATEST, true);
          afterTwoGraces();
        }
        if (!interrupted.test(place)) {
          break;
        }
        var where = "run " + runsBefore + ", place " + place;
        collected.before(-1, Future::succeededFuture);
        assertThat(missing(OTHER, B)).as(where).isEmpty();
        assertThat(endOf()).as(where).isEqualTo(undisturbed);
        assertThat(missing(APP, index(A, B))).as(where).isEmpty();
        place++;
      }
      assertThat(place).isGreaterThan(20);
    }
  }

  private boolean wasCalled(int call) {
    return collected.calls().size() > call;
  }

  @Test
  void whereverTheStoreFailsTheNextRunGoesOn() {
    interruptAnywhere(
        call -> {
          collected.failBefore(call);
          var result = tryToCollect(() -> false);
          assertThat(result.failed()).as("call %d", call).isEqualTo(wasCalled(call));
          return wasCalled(call);
        });
  }

  @Test
  void whereverTheStoreFailsToAnswerTheNextRunGoesOn() {
    interruptAnywhere(
        call -> {
          collected.failAfter(call);
          var unused = tryToCollect(() -> false);
          return wasCalled(call);
        });
  }

  @Test
  void whereverItIsStoppedTheNextRunGoesOn() {
    interruptAnywhere(
        place -> {
          var left = new AtomicInteger(place);
          var result = tryToCollect(() -> left.getAndDecrement() == 0);
          return result.failed();
        });
  }
}
