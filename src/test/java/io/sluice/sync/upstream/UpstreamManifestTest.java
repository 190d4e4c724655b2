package io.sluice.sync.upstream;

import static io.sluice.sync.upstream.Client.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.oci.MediaTypes;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.sluice.testkit.WatchedLog;
import io.sluice.testkit.upstream.Mood;
import io.sluice.testkit.upstream.RemoteBlob;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(WatchedLog.class)
class UpstreamManifestTest {
  private final ScriptedUpstream upstream = ScriptedUpstream.start();
  private final Client client = Client.of(upstream);

  @AfterEach
  void stop() {
    client.close();
    upstream.close();
  }

  @Test
  void aManifestComesByTagAndByDigestAsItIs() {
    var image = upstream.image("library/alpine", "3.20", 100);

    var byTag = client.manifest("library/alpine", "3.20");
    assertThat(byTag.bytes().getBytes()).isEqualTo(image.manifest().bytes());
    assertThat(byTag.digest()).isEqualTo(image.digest());
    assertThat(byTag.mediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
    assertThat(client.manifest("library/alpine", image.digest().toString())).isEqualTo(byTag);
  }

  @Test
  void anIndexComesAsAnIndex() {
    var arm = upstream.image("app", "1-arm64", 10);
    var amd = upstream.image("app", "1-amd64", 10);
    var index = upstream.index("app", "1", Map.of("linux/arm64", arm, "linux/amd64", amd));

    var got = client.manifest("app", "1");
    assertThat(got.mediaType()).isEqualTo(MediaTypes.OCI_INDEX);
    assertThat(got.digest()).isEqualTo(index.digest());
  }

  @Test
  void requestsSayWhatIsUnderstoodAndWhoAsks() {
    upstream.image("app", "1", 10);
    client.manifest("app", "1");

    var seen = upstream.requests().getFirst();
    assertThat(seen.header("Accept").orElseThrow())
        .contains(
            MediaTypes.OCI_INDEX,
            MediaTypes.OCI_MANIFEST,
            MediaTypes.DOCKER_LIST,
            MediaTypes.DOCKER_MANIFEST);
    assertThat(seen.header("User-Agent").orElseThrow()).startsWith("sluice/");
    assertThat(seen.header("Accept-Encoding")).contains("identity");
    assertThat(seen.header("Authorization")).isEmpty();
  }

  @Test
  void headTellsDigestTypeAndSizeAndSendsNothing() {
    var image = upstream.image("app", "1", 10);

    var head = client.head("app", "1");
    assertThat(head.digest()).contains(image.digest());
    assertThat(head.mediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
    assertThat(head.size()).hasValue(image.manifest().size());
    assertThat(upstream.requests()).extracting("method").containsExactly("HEAD");
  }

  @Test
  void headWithoutDigestIsNoFailure() {
    upstream.image("app", "1", 10);
    upstream.is(Mood.WITHOUT_DIGEST_HEADER);
    assertThat(client.head("app", "1").digest()).isEmpty();
  }

  @Test
  void aDigestThatIsNotPromisedIsComputed() {
    var image = upstream.image("app", "1", 10);
    upstream.is(Mood.WITHOUT_DIGEST_HEADER);
    assertThat(client.manifest("app", "1").digest()).isEqualTo(image.digest());
  }

  @Test
  void aManifestThatIsNotThereIsNotFound() {
    upstream.image("app", "1", 10);
    var failure = failure(() -> client.manifest("app", "2"));
    assertThat(failure.kind()).isEqualTo(Kind.NOT_FOUND);
    assertThat(failure.upstream()).isEqualTo(upstream.host());
    assertThat(failure).hasMessage(upstream.host() + " has no manifest 2 of app");
    assertThat(failure(() -> client.manifest("nobody", "1")).kind()).isEqualTo(Kind.NOT_FOUND);
    assertThat(failure(() -> client.head("app", "2")).kind()).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void aRepositoryThatCanNotBeIsNotAskedFor() {
    assertThat(failure(() -> client.manifest("../secrets?x=", "1")).kind())
        .isEqualTo(Kind.NOT_FOUND);
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void bytesOfAnotherDigestAreLies() {
    var image = upstream.image("app", "1", 10);
    upstream.is(Mood.OTHER_BYTES);
    upstream.is(Mood.WITHOUT_DIGEST_HEADER);
    var reference = image.digest().toString();
    assertThat(failure(() -> client.manifest("app", reference)).kind()).isEqualTo(Kind.LYING);
  }

  @Test
  void aDigestThatIsPromisedAndNotKeptIsALie() {
    var image = upstream.image("app", "1", 10);
    upstream.is(Mood.WRONG_DIGEST_HEADER);
    assertThat(failure(() -> client.manifest("app", "1")).kind()).isEqualTo(Kind.LYING);
    var reference = image.digest().toString();
    assertThat(failure(() -> client.manifest("app", reference)).kind()).isEqualTo(Kind.LYING);
  }

  @Test
  void aManifestThatIsTooLargeIsNotRead() {
    var small = upstream.image("app", "small", 10);
    try (var strict = Client.of(upstream).maxManifestSize((int) small.manifest().size())) {
      upstream.image("app", "large", new long[20]);
      assertThat(strict.manifest("app", "small").digest()).isEqualTo(small.digest());
      assertThat(failure(() -> strict.manifest("app", "large")).kind()).isEqualTo(Kind.LYING);
    }
  }

  @Test
  void aLargeManifestIsVerifiedAsWell() {
    var image = upstream.image("app", "1", new long[2_000]);
    assertThat(image.manifest().size()).isGreaterThan(Answer.SMALL);
    assertThat(client.manifest("app", "1").digest()).isEqualTo(image.digest());
  }

  @Test
  void aWebPageIsNoManifest() {
    upstream.is(Mood.WEB_PAGES);
    assertThat(failure(() -> client.manifest("app", "1")))
        .hasMessage(upstream.host() + " sends a web page")
        .extracting(UpstreamFailure::kind)
        .isEqualTo(Kind.LYING);
    assertThat(failure(() -> client.head("app", "1")).kind()).isEqualTo(Kind.LYING);
  }

  @Test
  void whatIsCompressedWithoutBeingAskedIsALie() {
    upstream.image("app", "1", 10);
    upstream.is(Mood.GZIP);
    assertThat(failure(() -> client.manifest("app", "1")).kind()).isEqualTo(Kind.LYING);
  }

  @Test
  void aServerErrorIsAFailureWithItsStatus() {
    upstream.failNext(1, 503);
    assertThat(failure(() -> client.manifest("app", "1")))
        .hasMessage(upstream.host() + " answers with status 503")
        .extracting(UpstreamFailure::kind)
        .isEqualTo(Kind.FAILING);
  }

  @Test
  void aServerThatDoesNotLetUsHaveItRefuses() {
    upstream.failNext(1, 403);
    assertThat(failure(() -> client.manifest("app", "1")).kind()).isEqualTo(Kind.REFUSED);
  }

  @Test
  void referrersComeFromTheApi() {
    var image = upstream.image("app", "1", 10);
    var signature = upstream.referrer(image, "application/vnd.example.signature");

    assertThat(client.referrers("app", image.digest()))
        .singleElement()
        .satisfies(it -> assertThat(it.digest()).isEqualTo(signature.digest()));
    assertThat(client.referrers("app", signature.digest())).isEmpty();
  }

  @Test
  void referrersComeFromTheirTagWhereThereIsNoApi() {
    var image = upstream.image("app", "1", 10);
    var other = upstream.image("app", "2", 10);
    var signature = upstream.taggedReferrer(image, "application/vnd.example.signature");
    upstream.is(Mood.WITHOUT_REFERRERS);

    assertThat(client.referrers("app", image.digest()))
        .extracting("digest")
        .containsExactly(signature.digest());
    assertThat(client.referrers("app", other.digest())).isEmpty();
  }

  @Test
  void referrersThatAreNullAreNone() {
    assertThat(ListRequests.descriptors(Buffer.buffer("{\"schemaVersion\":2,\"manifests\":null}")))
        .contains(List.of());
    assertThat(ListRequests.descriptors(Buffer.buffer("{\"schemaVersion\":2}"))).isEmpty();
  }

  @Test
  void aLargeListIsReadToo() {
    var image = upstream.image("app", "v0", 10);
    for (int i = 0; i < 2_000; i++) {
      upstream.tag(image, "a-tag-of-which-there-are-many-and-whose-name-is-long-" + i);
    }
    upstream.pageSize(10_000);
    assertThat(client.tags("app")).hasSize(2_001);
  }

  @Test
  void nothingRefersToWhatNobodyKnows() {
    var nobody = Digest.sha256(new byte[0]);
    upstream.is(Mood.WITHOUT_REFERRERS);
    assertThat(client.referrers("app", nobody)).isEmpty();
    upstream.failNext(1, 500);
    assertThat(failure(() -> client.referrers("app", nobody)).kind()).isEqualTo(Kind.FAILING);
  }

  @Test
  void allPagesOfTheTagsAreRead() {
    upstream.pageSize(3);
    var image = upstream.image("app", "v0", 10);
    for (int i = 1; i < 10; i++) {
      upstream.tag(image, "v" + i);
    }
    assertThat(client.tags("app"))
        .extracting("value")
        .containsExactly("v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9");
    assertThat(upstream.requestsTo("/v2/app/tags/list")).hasSize(4);
  }

  @Test
  void aListHasAnEnd() {
    upstream.image("app", "1", 10);
    upstream.is(Mood.ENDLESS_LISTS);
    assertThat(failure(() -> client.tags("app")).kind()).isEqualTo(Kind.LYING);
    assertThat(upstream.requests()).hasSizeLessThan(1_010);
  }

  @Test
  void aListDoesNotGoOnAtAnotherHost() {
    upstream.image("app", "1", 10);
    upstream.is(Mood.LISTS_GO_ELSEWHERE);
    assertThat(failure(() -> client.tags("app")).kind()).isEqualTo(Kind.LYING);
  }

  @Test
  void aWebPageIsNoList() {
    upstream.is(Mood.WEB_PAGES);
    assertThat(failure(() -> client.tags("app")).kind()).isEqualTo(Kind.LYING);
    assertThat(failure(() -> client.get(Upstream::catalog)).kind()).isEqualTo(Kind.LYING);
  }

  @Test
  void allPagesOfTheCatalogAreRead() {
    upstream.pageSize(1);
    upstream.image("a", "1", 10);
    upstream.image("b/c", "1", 10);
    assertThat(client.get(Upstream::catalog)).containsExactly("a", "b/c");
  }

  @Test
  void whereThereIsNoCatalogItIsNotFound() {
    upstream.is(Mood.WITHOUT_CATALOG);
    assertThat(failure(() -> client.get(Upstream::catalog)).kind()).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void manifestsAreFollowedToWhereTheyAre() {
    try (var other = ScriptedUpstream.start()) {
      var image = other.image("app", "1", 10);
      upstream.image("app", "1", RemoteBlob.of("another"));
      upstream.redirectManifestsTo(other.otherUrl());
      assertThat(client.manifest("app", "1").digest()).isEqualTo(image.digest());
    }
  }
}
