package io.sluice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.ulid.Ulids;
import io.sluice.upload.DataId;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** The names and the contents that who looks for damage works with. */
class QuarantineTest {
  private static final RepositoryName NAME = RepositoryName.parse("team/app");
  private static final Digest DIGEST = Digest.sha256(new byte[0]);
  private final Ulids ulids = new Ulids(InstantSource.system());

  @Test
  void theMarkerStandsBesideWhatItHides() {
    var ulid = ulids.next();
    var links = Layout.links(NAME, DIGEST);
    var data = new DataId(ulids.next());
    Stream.of(BlobLink.inlineName(ulid, 3), BlobLink.dataName(ulid, data, 3))
        .map(name -> Layout.quarantined(links + name))
        .forEach(marker -> assertThat(marker).isEqualTo(links + ulid + "-quarantined"));
    var revisions = Layout.revisions(NAME, DIGEST);
    assertThat(Layout.quarantined(revisions + ulid)).isEqualTo(revisions + ulid + "-quarantined");
  }

  @Test
  void itIsReadAsWhatItIs() {
    var ulid = ulids.next();
    var expected = new StoredKey.Quarantined(NAME, DIGEST, ulid);
    for (var folder : List.of(Layout.links(NAME, DIGEST), Layout.revisions(NAME, DIGEST))) {
      assertThat(StoredKey.parse(folder + ulid + "-quarantined")).isEqualTo(expected);
      assertThat(StoredKey.parse(folder + ulid + "-something")).isEqualTo(new StoredKey.Other());
    }
    assertThat(StoredKey.parse(Layout.links(NAME, DIGEST) + ulid + "-hidden"))
        .isEqualTo(new StoredKey.Hidden(NAME, DIGEST, ulid));
    assertThat(StoredKey.parse(Layout.revisions(NAME, DIGEST) + ulid))
        .isEqualTo(new StoredKey.Revision(NAME, DIGEST, ulid));
  }

  @Test
  void aRevisionIsTakenApartAfterItsFirstLine() {
    var pushed =
        StoredRevision.parse(Buffer.buffer("{\"mediaType\":\"a/b\",\"pushedBy\":\"x\"}\n{}\n"));
    assertThat(pushed)
        .isEqualTo(new StoredRevision("a/b", Optional.empty(), Buffer.buffer("{}\n")));
    var pulled =
        StoredRevision.parse(
            Buffer.buffer("{\"mediaType\":\"a/b\",\"pulledFrom\":\"docker.io\"}\n"));
    assertThat(pulled.pulledFrom()).contains("docker.io");
    assertThat(pulled.manifest().length()).isZero();
    for (var damaged : List.of("", "{}", "{\"mediaType\":\n{}", "\u0000\n{}")) {
      Assertions.assertThatIllegalArgumentException()
          .as(damaged)
          .isThrownBy(() -> StoredRevision.parse(Buffer.buffer(damaged)))
          .withMessageContaining("the line before the manifest");
    }
  }
}
