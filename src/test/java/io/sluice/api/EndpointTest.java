package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.upload.UploadId;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  private static final Digest DIGEST = Digest.sha256(new byte[] {1});
  private static final Tag TAG = new Tag("v1.0_x-Y");
  private static final UploadId UPLOAD = UploadId.random();

  /** Names contain the words that paths are made of: they are names all the same. */
  @Property
  void everyPathIsReadAsItIsWritten(@ForAll("names") RepositoryName name) {
    var path = "/v2/" + name;

    assertThat(Endpoint.parse(path + "/blobs/" + DIGEST))
        .isEqualTo(new Endpoint.Blob(name, DIGEST));
    assertThat(Endpoint.parse(path + "/manifests/" + DIGEST))
        .isEqualTo(new Endpoint.ManifestOf(name, DIGEST));
    assertThat(Endpoint.parse(path + "/manifests/" + TAG))
        .isEqualTo(new Endpoint.ManifestOf(name, TAG));
    assertThat(Endpoint.parse(path + "/blobs/uploads/")).isEqualTo(new Endpoint.NewUpload(name));
    assertThat(Endpoint.parse(path + "/blobs/uploads")).isEqualTo(new Endpoint.NewUpload(name));
    assertThat(Endpoint.parse(path + "/blobs/uploads/" + UPLOAD))
        .isEqualTo(new Endpoint.UploadOf(name, UPLOAD));
    assertThat(Endpoint.parse(path + "/tags/list")).isEqualTo(new Endpoint.Tags(name));
    assertThat(Endpoint.parse(path + "/referrers/" + DIGEST))
        .isEqualTo(new Endpoint.ReferrersOf(name, DIGEST));
  }

  @Provide
  Arbitrary<RepositoryName> names() {
    var component =
        Arbitraries.of(
            "a", "b-c", "blobs", "uploads", "manifests", "tags", "list", "referrers", "v2", "0");
    return component
        .list()
        .ofMinSize(1)
        .ofMaxSize(5)
        .map(list -> new RepositoryName(String.join("/", list)));
  }

  @Test
  void theRestOfTheApiHasFixedPaths() {
    assertThat(Endpoint.parse("/v2")).isEqualTo(new Endpoint.Root());
    assertThat(Endpoint.parse("/v2/")).isEqualTo(new Endpoint.Root());
    assertThat(Endpoint.parse("/v2/_catalog")).isEqualTo(new Endpoint.Catalog());
    assertThat(Endpoint.parse("/v2/_oci/ext/discover")).isEqualTo(new Endpoint.Discover());
  }

  @Test
  void charactersMayComeEncoded() {
    assertThat(Endpoint.parse("/v2/a%2db/manifests/sha256%3A" + DIGEST.hex()))
        .isEqualTo(new Endpoint.ManifestOf(new RepositoryName("a-b"), DIGEST));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/v1/",
        "/v2/a",
        "/v2//manifests/x",
        "/v2/a/manifests/",
        "/v2/a/manifests/a+b",
        "/v2/a/../b/manifests/x",
        "/v2/%2e%2e/manifests/x",
        "/v2/a/%2e%2e/b/tags/list",
        "/v2/..%2fb/manifests/x",
        "/v2/a%2fb/manifests/x",
        "/v2/a%2Fb/tags/list",
        "/v2/a%5cb/tags/list",
        "/v2/a%00/tags/list",
        "/v2/a/manifests/..%2f..%2fetc%2fpasswd",
        "/v2/a/manifests/%2e%2e",
        "/v2/a/manifests/%",
        "/v2/a/manifests/%zz",
        "/v2/a/manifests/%ff",
        "/v2/a/blobs/sha256:%2e%2e",
        "/v2/a/blobs/latest",
        "/v2/a/blobs/uploads/..",
        "/v2/a/blobs/uploads/%2e%2e",
        "/v2/_blobs/manifests/x",
        "/v2/a/_tags/manifests/x"
      })
  void thereIsNothingElse(String path) {
    assertThatThrownBy(() -> Endpoint.parse(path)).isInstanceOf(RegistryException.class);
  }

  @Property
  void noPathMakesAnythingElseThanAnAnswer(@ForAll("paths") String path) {
    try {
      assertThat(Endpoint.parse(path).methods()).isNotEmpty();
    } catch (RegistryException e) {
      assertThat(e.error().message()).isNotBlank();
    }
  }

  @Provide
  Arbitrary<String> paths() {
    var piece =
        Arbitraries.oneOf(
            Arbitraries.of(
                "a",
                "..",
                "%2e%2e",
                "%2f",
                "%",
                "%0",
                "%zz",
                "%ff",
                "%c3%a9",
                "%00",
                "",
                "blobs",
                "uploads",
                "manifests",
                "tags",
                "list",
                "referrers",
                "_catalog",
                "x:y",
                "+"),
            Arbitraries.strings().ofMaxLength(5));
    Arbitrary<List<String>> pieces = piece.list().ofMaxSize(6);
    return Arbitraries.oneOf(
        pieces.map(list -> "/v2/" + String.join("/", list)),
        pieces.map(list -> String.join("", list)));
  }
}
