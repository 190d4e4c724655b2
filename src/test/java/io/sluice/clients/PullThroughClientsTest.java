package io.sluice.clients;

import static io.sluice.testkit.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.sluice.oci.Digest;
import io.sluice.process.SluiceProcess;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.s3.Bucket;
import io.sluice.testkit.s3.Driver;
import io.sluice.testkit.s3.S3Server;
import io.sluice.testkit.upstream.DockerRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients pull what only an upstream has, and pull it again when the upstream is gone. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PullThroughClientsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a mirror stands in for; there is nothing there. */
  private static final String FAR = "registry.example.invalid";

  @TempDir private Path folder;

  private final Tool skopeo = Tool.require("skopeo");
  private Optional<Bucket> bucket = Optional.empty();

  @SuppressWarnings("NullAway.Init")
  private DockerRegistry upstream;

  @BeforeEach
  void startUpstream() throws Exception {
    upstream = DockerRegistry.start();
  }

  @AfterEach
  void stopUpstream() throws Exception {
    upstream.close();
    bucket.ifPresent(Bucket::close);
  }

  /** A registry that asks these, and checks each tag each time. */
  private SluiceProcess pullingFrom(StoreKind store, DockerRegistry... upstreams) throws Exception {
    var registries = new ArrayList<String>();
    for (var one : upstreams) {
      registries.add("{urls: [\"%s\"], onDemand: true}".formatted(one.uri()));
    }
    return pullingFrom(store, registries);
  }

  private SluiceProcess pullingFrom(StoreKind store, List<String> registries) throws Exception {
    var config =
        (ObjectNode)
            new YAMLMapper()
                .readTree(
                    """
                    storage: {rootDirectory: %1$s/data, gc: false}
                    http: {address: 127.0.0.1, port: "0"}
                    extensions: {sync: {downloadDir: %1$s/spool, registries: [%2$s]}}
                    sluice: {sync: {ttl: 0s}}
                    """
                        .formatted(folder, String.join(", ", registries)));
    if (store == StoreKind.S3) {
      var own = S3Server.shared().newBucket();
      bucket = Optional.of(own);
      ((ObjectNode) config.path("storage"))
          .set("storageDriver", new Driver(own, S3Server.shared().endpoint()).section());
    }
    var file = folder.resolve("config.json");
    Files.writeString(file, JSON.writeValueAsString(config));
    var registry = SluiceProcess.run("serve", file.toString());
    registry.uri();
    return registry;
  }

  private OciLayout layout(String name) throws Exception {
    return new OciLayout(folder.resolve(name), name.hashCode());
  }

  private void push(OciLayout from, String tag, DockerRegistry to, String image) throws Exception {
    skopeo.run(
        "copy",
        "--all",
        "--preserve-digests",
        "--dest-tls-verify=false",
        from.reference(tag),
        "docker://" + to.host() + "/" + image);
  }

  /** Copies an image from the registry into a layout; returns its digest there. */
  private Digest pull(SluiceProcess registry, String image, String into) throws Exception {
    var target = layout(into);
    skopeo.run(
        "copy",
        "--all",
        "--preserve-digests",
        "--src-tls-verify=false",
        "docker://" + registry.host() + "/" + image,
        target.reference("1"));
    return digestOf(target.reference("1"));
  }

  private Digest digestOf(String reference) throws Exception {
    return Digest.sha256(skopeo.run("inspect", "--raw", reference).getBytes(UTF_8));
  }

  /** Waits until nothing is on its way any more. */
  private static void isQuiet(SluiceProcess registry) throws Exception {
    var status = registry.uri().resolve("/v2/_sluice/sync").toURL();
    eventually(
        () -> {
          try (var body = status.openStream()) {
            return JSON.readTree(body);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        state -> {
          assertThat(state.path("downloads")).isEmpty();
          for (var one : state.path("upstreams")) {
            assertThat(one.path("downloads").asInt()).isZero();
            assertThat(one.path("waiting").asInt()).isZero();
          }
        });
  }

  private static void stop(SluiceProcess registry) throws Exception {
    registry.signal("TERM");
    assertThat(registry.exitCode()).as(registry.output()).isZero();
    assertThat(registry.output()).doesNotContain("\"level\":\"error\"");
  }

  @ParameterizedTest
  @EnumSource(
      value = StoreKind.class,
      names = {"FS", "S3"})
  void skopeoPullsAnImageAndAgainWithoutTheUpstream(StoreKind store) throws Exception {
    var source = layout("source");
    var digest = source.image("1", 1000, 200_000, 9_000_000);
    push(source, "1", upstream, "team/app:1");
    try (var registry = pullingFrom(store, upstream)) {
      assertThat(pull(registry, "team/app:1", "first")).isEqualTo(digest);
      isQuiet(registry);

      upstream.stop();
      assertThat(pull(registry, "team/app:1", "second")).isEqualTo(digest);
      stop(registry);
    }
    var blobs = upstream.requests().stream().filter(it -> it.startsWith("GET /v2/team/app/blobs/"));
    assertThat(blobs.toList()).hasSize(4).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource(
      value = StoreKind.class,
      names = {"FS", "S3"})
  void skopeoPullsAllOfAnIndexAndAgainWithoutTheUpstream(StoreKind store) throws Exception {
    var source = layout("source");
    var digest = source.index("1", List.of("amd64", "arm64"), 300_000);
    push(source, "1", upstream, "team/multi:1");
    try (var registry = pullingFrom(store, upstream)) {
      assertThat(pull(registry, "team/multi:1", "first")).isEqualTo(digest);
      isQuiet(registry);

      upstream.stop();
      assertThat(pull(registry, "team/multi:1", "second")).isEqualTo(digest);
      stop(registry);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = StoreKind.class,
      names = {"FS", "S3"})
  void onlyThePlatformThatAClientTakesIsAskedOfTheUpstream(StoreKind store) throws Exception {
    var source = layout("source");
    source.index("1", List.of("amd64", "arm64"), 300_000);
    push(source, "1", upstream, "team/multi:1");
    var index = JSON.readTree(skopeo.run("inspect", "--raw", source.reference("1")));
    var amd64 = contentOf(index.path("manifests").get(0));
    var arm64 = contentOf(index.path("manifests").get(1));
    int pushed = upstream.requests().size();
    try (var registry = pullingFrom(store, upstream)) {
      for (var name : List.of("first", "second")) {
        skopeo.run(
            "--override-os=linux",
            "--override-arch=arm64",
            "copy",
            "--src-tls-verify=false",
            "docker://" + registry.host() + "/team/multi:1",
            layout(name).reference("1"));
        isQuiet(registry);
        upstream.stop();
      }
      stop(registry);
    }
    var asked = upstream.requests();
    var pulled = String.join("\n", asked.subList(pushed, asked.size()));
    assertThat(pulled).contains(arm64).doesNotContain(amd64);
  }

  /** The digests of a manifest, its config and its layers. */
  private List<String> contentOf(JsonNode descriptor) throws Exception {
    var digest = descriptor.path("digest").asText();
    var file = folder.resolve("source/blobs").resolve(digest.replace(':', '/'));
    var manifest = JSON.readTree(Files.readString(file));
    var digests = new ArrayList<>(List.of(digest));
    digests.add(manifest.path("config").path("digest").asText());
    manifest.path("layers").forEach(layer -> digests.add(layer.path("digest").asText()));
    return digests;
  }

  @ParameterizedTest
  @EnumSource(
      value = StoreKind.class,
      names = {"FS", "S3"})
  void containerdPullsByItsMirrorAndAgainWithoutTheUpstream(StoreKind store) throws Exception {
    Tool.require("ctr");
    var source = layout("source");
    var digest = source.image("1", 100_000, 3_000_000);
    push(source, "1", upstream, "team/app:1");
    try (var registry = pullingFrom(store, upstream)) {
      var hosts = mirrored(FAR, registry, "", "");
      fetches(hosts, FAR + "/team/app:1", digest);
      isQuiet(registry);

      upstream.stop();
      fetches(hosts, FAR + "/team/app:1", digest);
      stop(registry);
    }
  }

  /** The host in the image's name comes as {@code ?ns=}. */
  @ParameterizedTest
  @EnumSource(
      value = StoreKind.class,
      names = {"FS", "S3"})
  void containerdsMirrorAsksTheUpstreamOfTheImagesHost(StoreKind store) throws Exception {
    Tool.require("ctr");
    try (var second = DockerRegistry.start()) {
      var source = layout("source");
      var first = source.image("1", 100_000);
      var other = source.image("2", 200_000);
      push(source, "1", upstream, "team/app:1");
      push(source, "2", second, "team/app:1");
      try (var registry = pullingFrom(store, upstream, second)) {
        var name = second.host() + "/team/app:1";
        fetches(mirrored(second.host(), registry, "", ""), name, other);
        assertThat(pull(registry, "team/app:1", "unnamed")).isEqualTo(first);
        isQuiet(registry);

        second.stop();
        upstream.stop();
        assertThat(pull(registry, "team/app:1", "again")).isEqualTo(first);
        stop(registry);
      }
    }
  }

  /** As podman and CRI-O do, by the same library; they don't say which upstream they mean. */
  @ParameterizedTest
  @EnumSource(
      value = StoreKind.class,
      names = {"FS", "S3"})
  void skopeoPullsByTheMirrorOfRegistriesConf(StoreKind store) throws Exception {
    var source = layout("source");
    var digest = source.image("1", 100_000);
    push(source, "1", upstream, "team/app:1");
    try (var registry = pullingFrom(store, List.of(belowFar()))) {
      var mirrors =
          Files.writeString(
              folder.resolve("registries.conf"),
              """
              [[registry]]
              prefix = "%1$s"
              location = "%1$s"

              [[registry.mirror]]
              location = "%2$s/far"
              insecure = true
              """
                  .formatted(FAR, registry.host()));
      for (var name : List.of("first", "second")) {
        var target = layout(name).reference("1");
        skopeo.run(
            "--registries-conf=" + mirrors,
            "copy",
            "--preserve-digests",
            "docker://" + FAR + "/team/app:1",
            target);
        assertThat(digestOf(target)).isEqualTo(digest);
        isQuiet(registry);
        upstream.stop();
      }
      stop(registry);
    }
  }

  @Test
  void containerdPullsByAMirrorWithAPath() throws Exception {
    Tool.require("ctr");
    var source = layout("source");
    var digest = source.image("1", 100_000);
    push(source, "1", upstream, "team/app:1");
    try (var registry = pullingFrom(StoreKind.FS, List.of(belowFar()))) {
      var hosts = mirrored(FAR, registry, "/v2/far", "override_path = true");
      fetches(hosts, FAR + "/team/app:1", digest);
      stop(registry);
    }
  }

  /** Everything of the upstream, under names that begin with {@code far}. */
  private String belowFar() {
    return "{urls: [\"%s\"], onDemand: true, content: [{prefix: \"**\", destination: /far}]}"
        .formatted(upstream.uri());
  }

  /** Tells containerd to ask the registry in place of a host, and nobody else. */
  private Path mirrored(String host, SluiceProcess registry, String path, String more)
      throws Exception {
    var hosts = folder.resolve("hosts");
    Files.writeString(
        Files.createDirectories(hosts.resolve(host)).resolve("hosts.toml"),
        """
        server = "https://%s"

        [host."http://%s%s"]
          capabilities = ["pull", "resolve"]
          %s
        """
            .formatted(FAR, registry.host(), path, more));
    return hosts;
  }

  /** By a containerd that has nothing yet. */
  private void fetches(Path hosts, String image, Digest digest) throws Exception {
    try (var containerd = Containerd.start(Files.createTempDirectory(folder, "containerd"))) {
      containerd.ctr("content", "fetch", "--hosts-dir", hosts, image);
      assertThat(containerd.ctr("images", "ls")).contains(image, digest.toString());
    }
  }
}
