package io.sluice.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.oci.Digest;
import io.sluice.process.SluiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** skopeo, buildah and containerd do with the registry what people do with them. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RealClientsTest {
  /** The layers that the platform's pipelines push have about this size. */
  private static final long LARGE = 1_200_000_000;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private SluiceProcess registry;

  @BeforeEach
  void start() throws Exception {
    registry = SluiceProcess.serve(folder.resolve("data"));
  }

  @AfterEach
  void stop() throws Exception {
    registry.signal("TERM");
    assertThat(registry.exitCode()).as(registry.output()).isZero();
    assertThat(registry.output()).doesNotContain("\"level\":\"error\"", "\"level\":\"warn\"");
  }

  private OciLayout layout(String name) throws Exception {
    return new OciLayout(folder.resolve(name), name.hashCode());
  }

  private String image(String name) throws Exception {
    return "docker://" + registry.host() + "/" + name;
  }

  private static Tool skopeo() {
    return Tool.require("skopeo");
  }

  private Digest digestOf(String image) throws Exception {
    return Digest.parse(
        skopeo().run("inspect", "--tls-verify=false", "--format", "{{.Digest}}", image).strip());
  }

  private void push(String from, String to) throws Exception {
    skopeo().run("copy", "--all", "--preserve-digests", "--dest-tls-verify=false", from, to);
  }

  private void pull(String from, String to) throws Exception {
    skopeo().run("copy", "--all", "--preserve-digests", "--src-tls-verify=false", from, to);
  }

  @Test
  void skopeoPushesAndPullsAnImage() throws Exception {
    var source = layout("source");
    var digest = source.image("1", 1000, 200_000, 5_000_000);
    push(source.reference("1"), image("team/app:1"));
    assertThat(digestOf(image("team/app:1"))).isEqualTo(digest);

    var target = layout("target");
    pull(image("team/app:1"), target.reference("1"));
    assertThat(digestOf(target.reference("1"))).isEqualTo(digest);
    assertThat(skopeo().run("list-tags", "--tls-verify=false", image("team/app")))
        .contains("\"1\"");
  }

  @Test
  void skopeoPushesAndPullsAnImageForSeveralArchitectures() throws Exception {
    var source = layout("source");
    var digest = source.index("multi", List.of("amd64", "arm64", "s390x"), 300_000);
    push(source.reference("multi"), image("team/multi:1"));

    var raw = skopeo().run("inspect", "--raw", "--tls-verify=false", image("team/multi:1"));
    assertThat(new ObjectMapper().readTree(raw).path("manifests")).hasSize(3);
    assertThat(Digest.sha256(raw.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isEqualTo(digest);
    var target = layout("target");
    pull(image("team/multi:1"), target.reference("multi"));
  }

  @Test
  void skopeoConvertsToDockersFormatOnItsWay() throws Exception {
    var source = layout("source");
    source.image("1", 100_000);
    skopeo()
        .run(
            "copy",
            "--format",
            "v2s2",
            "--dest-tls-verify=false",
            source.reference("1"),
            image("team/docker:1"));
    assertThat(skopeo().run("inspect", "--raw", "--tls-verify=false", image("team/docker:1")))
        .contains("application/vnd.docker.distribution.manifest.v2+json");
    pull(image("team/docker:1"), "docker-archive:" + folder.resolve("image.tar"));
  }

  @Test
  void skopeoDeletesATag() throws Exception {
    var source = layout("source");
    source.image("1", 1000);
    push(source.reference("1"), image("team/app:1"));
    skopeo().run("delete", "--tls-verify=false", image("team/app:1"));
    var gone = skopeo().attempt("inspect", "--tls-verify=false", image("team/app:1"));
    assertThat(gone.code()).isNotZero();
    assertThat(gone.output()).contains("manifest unknown");
  }

  @Test
  void skopeoSyncsARepository() throws Exception {
    var source = layout("source");
    source.image("1", 10_000);
    source.image("2", 20_000);
    push(source.reference("1"), image("team/app:1"));
    push(source.reference("2"), image("team/app:2"));
    skopeo()
        .run(
            "sync",
            "--src",
            "docker",
            "--dest",
            "docker",
            "--src-tls-verify=false",
            "--dest-tls-verify=false",
            registry.host() + "/team/app",
            registry.host() + "/mirror");
    assertThat(digestOf(image("mirror/app:2"))).isEqualTo(digestOf(image("team/app:2")));
    assertThat(digestOf(image("mirror/app:1"))).isEqualTo(digestOf(image("team/app:1")));
  }

  @Test
  void skopeoPushesAndPullsALayerOfMoreThanAGigabyte() throws Exception {
    var source = layout("source");
    var digest = source.image("large", LARGE);
    push(source.reference("large"), image("team/large:1"));
    var target = layout("target");
    pull(image("team/large:1"), target.reference("large"));
    // skopeo compares digests of what it pulls with what the manifest says.
    assertThat(digestOf(target.reference("large"))).isEqualTo(digest);
  }

  @Test
  void buildahPushesWhatItBuiltAndPullsItAgain() throws Exception {
    var buildah =
        Tool.require("buildah", "--root", folder + "/buildah", "--runroot", folder + "/run")
            .with("STORAGE_DRIVER", "vfs")
            .with("BUILDAH_ISOLATION", "chroot");
    var container = buildah.run("from", "scratch").strip();
    var file = Files.write(folder.resolve("file"), new byte[2_000_000]);
    buildah.run("copy", container, file, "/file");
    var target = registry.host() + "/team/built:1";
    buildah.run("commit", "--tls-verify=false", container, "docker://" + target);
    buildah.run("rm", "--all");
    buildah.run("rmi", "--all", "--force");
    buildah.run("pull", "--tls-verify=false", target);
    assertThat(buildah.run("images")).contains("team/built");
  }

  @Test
  void containerdPullsAndPushes() throws Exception {
    Tool.require("ctr");
    var source = layout("source");
    var digest = source.image("1", 400_000, 3_000_000);
    push(source.reference("1"), image("team/app:1"));
    try (var containerd = Containerd.start(folder.resolve("containerd"))) {
      var image = registry.host() + "/team/app:1";
      var copy = registry.host() + "/team/pushed:1";
      containerd.ctr("content", "fetch", "--plain-http", image);
      assertThat(containerd.ctr("images", "ls")).contains(image, digest.toString());
      containerd.ctr("images", "tag", image, copy);
      containerd.ctr("images", "push", "--plain-http", copy);
      assertThat(digestOf("docker://" + copy)).isEqualTo(digest);
    }
  }
}
