package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.index;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.referrer;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gc.Doomed.What;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Image;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A preview changes nothing, and tells what the runs then do. */
class CollectorPreviewTest extends OnACollectedRegistry {
  private static final Image A = image(small(1), large(1));
  private static final Image B = image(small(2), large(1), large(2));
  private static final Image C = image(small(3), large(3));
  private static final Image D = image(small(4), large(4), large(1));
  private static final Image SIGNATURE = referrer(B, small(5));
  private static final Image OF_SIGNATURE = referrer(SIGNATURE, large(5));
  private static final Image COSIGN = image(small(6), large(6));

  private void push(Image image, String tag) {
    registry.pushAll(APP, image, new Tag(tag));
    clock.pass(Duration.ofSeconds(1));
  }

  private static String signatureOf(Image image) {
    return "sha256-" + image.digest().hex() + ".sig";
  }

  /** What is shared within and among repositories, old things and, in the end, young ones. */
  private void fill() {
    push(A, "v1");
    push(index(A, B), "v2");
    registry.pushAll(APP, SIGNATURE, SIGNATURE.digest());
    registry.pushAll(APP, OF_SIGNATURE, OF_SIGNATURE.digest());
    push(COSIGN, signatureOf(index(A, B)));
    await(() -> registry.parts.blobs.mount(OTHER, large(2).digest(), Optional.of(APP), _ -> true));
    registry.upload(OTHER, small(9));
    registry.push(OTHER, image(small(9), large(2)), new Tag("v1"));
    settle();
    push(C, "v3");
    push(image(small(7), large(7)), signatureOf(C));
    registry.pushAll(APP, referrer(C, small(8), large(8)), new Tag("v4-signature"));
    clock.pass(Duration.ofSeconds(1));
    var untagged = referrer(C, small(10), large(9));
    registry.pushAll(APP, untagged, untagged.digest());
    push(image(small(11), large(10)), "v5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{'repositories': ['**'], 'deleteReferrers': true}",
        "{'repositories': ['**'], 'keepTags': [{'mostRecentlyPushedCount': 1}]}",
        "{'repositories': ['**'], 'deleteReferrers': true,"
            + " 'keepTags': [{'mostRecentlyPushedCount': 1}]}",
        "{'repositories': ['**'], 'deleteReferrers': true,"
            + " 'keepTags': [{'mostRecentlyPushedCount': 2}]}",
        "{'repositories': ['**'], 'deleteReferrers': true, 'keepTags': [{'patterns': ['none']}]}",
        "{'repositories': ['team/**'], 'keepTags': [{'patterns': ['v1', 'v5']}]}",
        "{'repositories': ['other'], 'keepTags': [{'patterns': ['none']}]}",
        "{'repositories': ['**'], 'deleteUntagged': false,"
            + " 'keepTags': [{'mostRecentlyPushedCount': 1}]}",
        "{'repositories': ['**'], 'deleteUntagged': false, 'deleteReferrers': true,"
            + " 'keepTags': [{'patterns': ['v5']}]}",
        "{'repositories': ['**'], 'deleteReferrers': true,"
            + " 'keepUntagged': {'mostRecentlyPushedCount': 1},"
            + " 'keepTags': [{'mostRecentlyPushedCount': 1}]}",
      })
  void aPreviewTellsWhatTheRunsThenDo(String policy) {
    fill();
    var told = preview(policies(policy));

    var done = settle(policies(policy));

    assertThat(told.things()).isEqualTo(done.things());
    assertThat(told.names(What.DATA)).isEqualTo(done.names(What.DATA));
    assertThat(told.totals().tags()).isEqualTo(done.totals().tags());
    assertThat(told.totals().manifests()).isEqualTo(done.totals().manifests());
    assertThat(told.totals().blobs()).isEqualTo(done.totals().blobs());
    assertThat(told.totals().bytes()).isEqualTo(done.totals().bytes());
    assertThat(told.tags()).isEqualTo(done.tags());
  }

  @Test
  void aPreviewTellsWhatTheRunsThenDoInAnyRegistry() {
    var choices =
        List.of(
            KEEP_ALL,
            KEEP_LATEST,
            policies("{'repositories': ['**'], 'deleteReferrers': true}"),
            policies("{'repositories': ['**'], 'keepTags': [{'patterns': ['[1-3]$']}]}"),
            policies(
                "{'repositories': ['**'], 'deleteUntagged': false, 'deleteReferrers': true,"
                    + " 'keepTags': [{'mostRecentlyPushedCount': 2}]}"),
            policies(
                "{'repositories': ['**'], 'deleteReferrers': true,"
                    + " 'keepTags': [{'patterns': ['1'], 'mostRecentlyPushedCount': 1},"
                    + " {'patterns': ['^new'], 'mostRecentlyPushedCount': 2}]}"));
    for (int seed = 0; seed < 60; seed++) {
      start();
      var random = new Random(seed);
      var images = new ArrayList<Image>();
      for (int i = 0; i < 12; i++) {
        pushAny(random, images, "v" + random.nextInt(6));
      }
      settle();
      images.removeIf(image -> missing(APP, image).isPresent());
      for (int i = 0; i < 4; i++) {
        pushAny(random, images, "new" + i);
      }
      var policy = choices.get(seed % choices.size());

      var told = preview(policy);

      var done = settle(policy);
      assertThat(byPolicy(told)).as("seed %d", seed).containsExactlyElementsOf(byPolicy(done));
      assertThat(told.names(What.DATA)).as("seed %d", seed).isEqualTo(done.names(What.DATA));
    }
  }

  /** An image, an index of some, or something that refers to one, with blobs that others have. */
  private void pushAny(Random random, List<Image> images, String tag) {
    var any = images.isEmpty() ? A : images.get(random.nextInt(images.size()));
    var blobs =
        new TestImages.Blob[] {
          small(random.nextInt(50)), large(random.nextInt(6)), large(10 + random.nextInt(50))
        };
    var image =
        images.isEmpty()
            ? any
            : switch (random.nextInt(5)) {
              case 0 -> index(any, image(blobs));
              case 1 -> referrer(any, blobs);
              default -> image(blobs);
            };
    // A tag that moves leaves something that goes later by itself.
    boolean isSignature =
        !images.isEmpty()
            && random.nextInt(5) == 0
            && replica().tag(APP, new Tag(signatureOf(any))).isEmpty();
    push(image, isSignature ? signatureOf(any) : tag);
    images.add(image);
  }

  private static Set<String> byPolicy(Collected collected) {
    return new Collected(
            collected.totals(),
            collected.doomed().stream()
                .filter(it -> !it.why().equals("there is a newer link"))
                .toList(),
            List.of())
        .things();
  }

  @Test
  void aPreviewChangesNothing() {
    fill();
    registry.upload(APP, large(20), small(20));
    leave("data/AA/01KASPS000AAAAAAAAAAAAAAAA", "orphan");
    leave("probe/x");
    leave(Layout.catalog(new RepositoryName("gone")));
    remove(Layout.catalog(APP));
    leave(Layout.pulls(APP) + "01KASPS000AAAAAAAAAAAAAAAA", C.digest() + " damaged\n");
    clock.pass(Duration.ofDays(2));
    var before = objects.keys();

    var told = preview(KEEP_LATEST);

    assertThat(told.totals().tags()).isPositive();
    assertThat(objects.keys()).isEqualTo(before);
  }

  @Test
  void aPreviewIsOfThePolicyThatIsAskedFor() {
    push(A, "v1");
    push(C, "v2");
    afterTheGrace();

    assertThat(preview(KEEP_ALL).doomed()).isEmpty();
    assertThat(preview(KEEP_LATEST).things())
        .contains("tag team/app v1", "manifest team/app " + A.digest())
        .hasSize(4);
    assertThat(replica().tag(APP, new Tag("v1"))).isPresent();
  }

  @Test
  void aPreviewIncludesImagesThatAreYoungYet() {
    push(A, "v1");
    push(D, "v2");

    var told = preview(KEEP_LATEST);

    assertThat(told.things())
        .containsExactlyInAnyOrder(
            "tag team/app v1",
            "manifest team/app " + A.digest(),
            "blob team/app " + small(1).digest());
    assertThat(told.totals().bytes()).as("the large one is shared").isEqualTo(7);
  }

  @Test
  void aPreviewWithholdsNothing() {
    registry.upload(APP, small(1));
    for (int i = 0; i < 25; i++) {
      registry.push(APP, image(small(1)), new Tag("v" + i));
      clock.pass(Duration.ofSeconds(1));
    }

    var told = preview(KEEP_LATEST);

    assertThat(told.totals().tags()).isEqualTo(24);
    assertThat(told.withheld()).isEmpty();
    assertThat(collect(KEEP_LATEST).totals().withheld()).as("nor does it confirm").isEqualTo(24);
  }
}
