package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.index;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Image;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What isn't ours, or is of a newer version, is left alone, and doesn't spoil what is beside it.
 */
class CollectorUnknownKeysTest extends OnACollectedRegistry {
  private static final Image A = image(small(1), large(1));
  private static final Image B = image(small(2), large(2));
  private static final Image INDEX = index(A, B);
  private static final String ULID = "01KASPS000AAAAAAAAAAAAAAAA";
  private static final String HEX = large(1).digest().hex();

  private static final List<String> IN_A_REPOSITORY =
      List.of(
          "_tags",
          "_tags/.DS_Store",
          "_tags/~",
          "_tags/latest",
          "_tags/latest!/.nfs01",
          "_tags/latest!/!/x",
          "_tags/latest!/~",
          "_tags/latestx/" + ULID + "-sha256-" + HEX,
          "_tags/!/" + ULID + "-sha256-" + HEX,
          "_tags/a~!/" + ULID + "-sha256-" + HEX,
          "_history/.x",
          "_history/latest!/!" + ULID + "-sha256-" + HEX,
          "_manifests",
          "_manifests/.x",
          "_manifests/sha256",
          "_manifests/sha256/.x",
          "_manifests/sha256/~",
          "_manifests/sha256/" + A.digest().hex() + "/!",
          "_manifests/sha256/" + A.digest().hex() + "/~",
          "_manifests/sha256/" + A.digest().hex() + "/a/b",
          "_manifests/sha257/" + A.digest().hex() + "/" + ULID,
          "_blobs/.x",
          "_blobs/sha256/.x",
          "_blobs/sha256/~/" + ULID + "-inline-1",
          "_blobs/sha256/" + HEX,
          "_blobs/sha256/" + HEX + "/!x",
          "_blobs/sha256/" + HEX + "/" + ULID + "-elsewhere-12",
          "_blobs/sha256/" + HEX + "/" + ULID + "-inline-012",
          "_blobs/sha256/" + HEX + "/" + ULID + "-inline-+5",
          "_blobs/sha256/" + HEX + "/~",
          "_blobs/sha256/" + HEX + "/0/1",
          "_referrers/.x",
          "_referrers/sha256/" + HEX + "/!" + ULID + "-sha256-" + HEX,
          "_deletions/.x",
          "_deletions/!" + ULID + "-sha256-" + HEX,
          "_deletions/x/" + ULID + "-sha256-" + HEX,
          "_pulls/.x",
          "_new/x",
          "_new");

  private static final List<String> ELSEWHERE =
      List.of(
          "repos/.x",
          "repos/_blobs/x",
          "repos/_x",
          "repos/UPPER/_tags/latest!/" + ULID + "-sha256-" + HEX,
          "data/x",
          "data/AB/" + ULID,
          "digests/x",
          "digests/sha256/" + HEX + "/" + ULID,
          "digests/sha256/" + HEX + "/" + ULID + "-" + ULID + "-x",
          "catalog/other",
          "catalog/~",
          "gc/x",
          "gc/policies/x",
          "something/else");

  static Stream<String> unknown() {
    return Stream.concat(
        IN_A_REPOSITORY.stream().map(key -> "repos/team/app/" + key), ELSEWHERE.stream());
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void whatIsNotUnderstoodIsLeftAloneAndSoIsTheRest(String unknown) {
    registry.pushAll(APP, INDEX, LATEST);
    registry.pushAll(APP, A, new Tag("a"));
    registry.pushAll(APP, B, new Tag("zz"));
    settle();
    var before = objects.keys();
    leave(unknown, "01KASPS000AAAAAAAAAAAAAAAB\n");

    var all = settle();

    assertThat(all.doomed()).isEmpty();
    assertThat(objects.keys()).contains(unknown).containsAll(before);
    assertThat(missing(APP, INDEX)).isEmpty();
    deleteTag(APP, LATEST);
    deleteTag(APP, new Tag("zz"));
    assertThat(settle().totals().manifests()).isEqualTo(2);
    assertThat(objects.keys()).contains(unknown);
    assertThat(missing(APP, A)).isEmpty();
  }
}
