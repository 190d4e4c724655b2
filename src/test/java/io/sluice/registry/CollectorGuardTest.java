package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.RetentionConfig;
import io.sluice.gc.Withheld;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A new policy that would remove most of a repository has to be confirmed; half is the limit. */
class CollectorGuardTest extends OnACollectedRegistry {
  private static final Withheld ALL_BUT_ONE = new Withheld(APP, "policies[0] (**)", 21, 20);

  private static final RetentionConfig KEEP_TWO =
      policies("{'repositories': ['**'], 'keepTags': [{'mostRecentlyPushedCount': 2}]}");

  private void pushTags(RepositoryName repository, int count) {
    registry.upload(repository, small(1));
    for (int i = 0; i < count; i++) {
      registry.push(repository, image(small(1)), new Tag("v" + i));
      clock.pass(Duration.ofSeconds(1));
    }
  }

  @Test
  void whatWouldRemoveMostTagsOfARepositoryWaitsForAConfirmation() {
    pushTags(APP, 21);
    pushTags(OTHER, 20);

    var first = collect(KEEP_LATEST);

    assertThat(first.withheld()).containsExactly(ALL_BUT_ONE);
    assertThat(first.totals().withheld()).isEqualTo(20);
    assertThat(first.totals().tags()).as("of the other repository").isEqualTo(19);
    assertThat(keys(Layout.tags(APP))).hasSize(21);
    assertThat(collect(KEEP_LATEST).withheld()).as("asked again").containsExactly(ALL_BUT_ONE);
  }

  @Test
  void whatWasConfirmedIsNotAskedAgain() {
    pushTags(APP, 21);
    collect(KEEP_LATEST);

    var confirmed = collect(KEEP_LATEST, true);

    assertThat(confirmed.withheld()).isEmpty();
    assertThat(confirmed.totals().tags()).isEqualTo(20);
    pushTags(OTHER, 30);
    assertThat(collect(KEEP_LATEST).totals().tags()).isEqualTo(29);
  }

  @Test
  void aPolicyThatHadNothingToWithholdIsInForceFromThenOn() {
    pushTags(APP, 20);
    collect(KEEP_TWO);
    pushTags(OTHER, 30);

    assertThat(collect(KEEP_TWO).totals().tags()).isEqualTo(28);
    pushTags(OTHER, 30);
    assertThat(collect(KEEP_LATEST).withheld()).as("another policy is new").hasSize(1);
    assertThat(collect(KEEP_TWO).totals().tags()).as("the first is still known").isEqualTo(28);
  }

  @Test
  void aRunThatFailedHasNotPutThePolicyInForce() {
    pushTags(APP, 21);
    collected.before(-1, Future::succeededFuture);
    var failed =
        await(
            () ->
                collecting(KEEP_LATEST, true, () -> collected.calls().size() > 8)
                    .transform(Future::succeededFuture));
    assertThat(failed.failed()).isTrue();
    assertThat(keys("gc/policies/")).isEmpty();
  }

  @Test
  void halfOfTheTagsMayGoUnasked() {
    pushTags(APP, 22);
    var keepHalf =
        policies("{'repositories': ['**'], 'keepTags': [{'mostRecentlyPushedCount': 11}]}");

    assertThat(collect(keepHalf).totals().tags()).isEqualTo(11);
  }

  @Test
  void tagsOfSignaturesCountForNeither() {
    pushTags(APP, 20);
    var signature = image(small(2));
    registry.upload(APP, small(2));
    registry.push(APP, signature, new Tag("sha256-" + image(small(1)).digest().hex() + ".sig"));

    var all = collect(KEEP_LATEST);

    assertThat(all.withheld()).isEqualTo(List.of());
    assertThat(all.totals().tags()).isEqualTo(19);
  }
}
