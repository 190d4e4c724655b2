package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.RetentionConfig;
import io.sluice.gc.Doomed;
import io.sluice.gc.Doomed.What;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Image;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tags that go by a policy, and their images. */
class CollectorRetentionTest extends OnACollectedRegistry {
  private static final Image A = image(small(1), large(1));
  private static final Image B = image(small(2), large(2));
  private static final Image C = image(small(3), large(1), large(3));
  private static final List<Image> ALL = List.of(A, B, C);
  private static final Tag V1 = new Tag("v1");
  private static final Tag V2 = new Tag("v2");
  private static final Tag V3 = new Tag("v3");
  private static final List<Tag> TAGS = List.of(V1, V2, V3);

  /** Pushed one after the other, and old. */
  private void pushThree() {
    for (int i = 0; i < 3; i++) {
      registry.pushAll(APP, ALL.get(i), TAGS.get(i));
      clock.pass(Duration.ofMinutes(1));
    }
    clock.pass(TestRegistry.GRACE);
  }

  @Test
  void allButTheLatestTagGoAndLaterTheirImages() {
    pushThree();

    var first = collect(KEEP_LATEST);

    assertThat(first.doomed())
        .hasSize(2)
        .contains(
            new Doomed(
                What.TAG,
                Optional.of(APP),
                "v1",
                Optional.of(A.digest()),
                Optional.of("policies[0] (**)"),
                "keepTags[0]: not the most recently pushed one",
                0));
    assertThat(first.totals().tags()).isEqualTo(2);
    assertThat(first.totals().waiting()).isEqualTo(2);
    assertThat(replica().tag(APP, V1)).isEmpty();
    assertThat(replica().tag(APP, V3)).contains(C.digest());
    assertThat(registry.names(Layout.history(APP, V1))).hasSize(1);
    assertThat(ALL).allMatch(image -> missing(APP, image).isEmpty());

    clock.pass(UNDO);
    assertThat(collect(KEEP_LATEST).doomed()).as("it can still be undone").isEmpty();
    clock.pass(Duration.ofSeconds(10));
    var later = collect(KEEP_LATEST);

    assertThat(later.names(What.MANIFEST))
        .containsExactlyInAnyOrder(A.digest().toString(), B.digest().toString());
    assertThat(missing(APP, C)).isEmpty();
    assertThat(settle(KEEP_LATEST).totals().data()).isEqualTo(1);
    assertThat(missing(APP, C)).isEmpty();
    assertThat(keys(Layout.histories(APP))).isEmpty();
  }

  @Test
  void aTagThatIsPushedAgainStaysWheneverThatHappens() {
    atEachCall(
        KEEP_LATEST,
        this::pushThree,
        () -> registry.pushing(APP, B, V1),
        call -> {
          assertThat(replica().tag(APP, V1)).as("call %d", call).contains(B.digest());
          assertThat(missing(APP, B)).as("call %d", call).isEmpty();
          settle(KEEP_ALL);
          assertThat(missing(APP, B)).as("call %d, later", call).isEmpty();
        });
  }

  @Test
  void whatATagNamedIsWholeAsLongAsItsDeletionCanBeUndone() {
    atEachCall(
        KEEP_ALL,
        this::pushThree,
        () -> registry.parts.manifests.delete(APP, V1, false),
        call -> {
          for (int i = 0; i < 3; i++) {
            assertThat(missing(APP, A)).as("call %d, run %d", call, i).isEmpty();
            assertThat(registry.names(Layout.history(APP, V1))).hasSize(1);
            clock.pass(UNDO.dividedBy(4));
            collect();
          }
          assertThat(missing(APP, A)).as("call %d", call).isEmpty();
          settle();
          assertThat(registry.revisions(APP, A)).isEmpty();
        });
  }

  @Test
  void whatATagNamedBeforeItMovedIsWholeForAsLong() {
    atEachCall(
        KEEP_ALL,
        this::pushThree,
        () -> registry.pushing(APP, B, V1),
        call -> {
          for (int i = 0; i < 3; i++) {
            clock.pass(UNDO.dividedBy(4));
            collect();
            assertThat(missing(APP, A)).as("call %d, run %d", call, i).isEmpty();
          }
          settle();
          assertThat(registry.revisions(APP, A)).isEmpty();
          assertThat(missing(APP, B)).isEmpty();
        });
  }

  @Test
  void aTagIsAlwaysInItsPlaceOrInTheHistory() {
    pushThree();
    int calls = callsOf(KEEP_LATEST);
    for (int call = 0; call < calls; call++) {
      start();
      pushThree();
      int last = call;
      collected.failBefore(call);
      assertThat(
              await(
                      () ->
                          collecting(KEEP_LATEST, false, () -> false)
                              .transform(Future::succeededFuture))
                  .failed())
          .isTrue();
      assertThat(
              replica().tag(APP, V1).isPresent()
                  || !registry.names(Layout.history(APP, V1)).isEmpty())
          .as("without call %d", last)
          .isTrue();
    }
  }

  private int callsOf(RetentionConfig policy) {
    collected.before(-1, Future::succeededFuture);
    collect(policy);
    return collected.calls().size();
  }

  @Test
  void whatWasPulledOfLateStays() {
    pushThree();
    var minute = clock.instant().minus(Duration.ofMinutes(1));
    leave(Layout.pulls(APP) + new Ulids(clock::instant).next(), A.digest() + " " + minute + "\n");

    var all =
        collect(policies("{'repositories': ['**'], 'keepTags': [{'mostRecentlyPulledCount': 1}]}"));

    assertThat(all.tags()).containsExactly("v2", "v3");

    clock.pass(Duration.ofHours(1));
    var within = policies("{'repositories': ['**'], 'keepTags': [{'pulledWithin': '62m'}]}");
    assertThat(collect(within).tags()).isEmpty();
    clock.pass(Duration.ofHours(1));
    assertThat(collect(within).tags()).containsExactly("v1");
  }

  @Test
  void eachRepositoryHasItsOwnPolicy() {
    pushThree();
    registry.pushAll(OTHER, A, V1);
    registry.pushAll(OTHER, B, V2);

    var all =
        collect(
            policies(
                "{'repositories': ['team/**'], 'keepTags': [{'patterns': ['^v[12]$']}]},"
                    + " {'repositories': ['**']}"));

    assertThat(all.things()).containsExactly("tag team/app v3");
    assertThat(all.reasons(What.TAG)).containsExactly("matches no keepTags entry");
  }

  @Test
  void anImageWithSeveralTagsStaysUntilTheLastHasGone() {
    pushThree();
    registry.push(APP, A, new Tag("also"));

    settle(KEEP_LATEST);

    assertThat(missing(APP, A)).isEmpty();
    assertThat(replica().tag(APP, V1)).isEmpty();
    assertThat(registry.revisions(APP, C)).isEmpty();
  }
}
