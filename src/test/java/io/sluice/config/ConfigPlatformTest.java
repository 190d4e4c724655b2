package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.AccessControlConfig.Action;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The configuration of the platform that we replace Zot on loads as it stands. */
class ConfigPlatformTest {
  private static final Path FIXTURE = Path.of("src/test/resources/zot-config.json");

  private final SluiceConfig config = ConfigLoader.load(FIXTURE);

  @Test
  void theShippedCopyIsTheSame() throws IOException {
    assertThat(Files.mismatch(FIXTURE, Path.of("conf/platform.json"))).isEqualTo(-1);
    assertThat(ConfigLoader.load(Path.of("conf/platform.json"))).isEqualTo(config);
  }

  @Test
  void nothingInItIsWorthAWarning() {
    assertThat(config.warnings()).isEmpty();
  }

  @Test
  void itsStorageIsABucketOfMinio() {
    var storage = config.storage();
    assertThat(storage.rootDirectory()).isEqualTo(Path.of("/tmp/zot"));
    assertThat(storage.dedupe()).isFalse();
    assertThat(storage.commit()).isTrue();
    assertThat(storage.redirectBlobUrl()).isFalse();
    assertThat(storage.subPaths()).isEmpty();
    assertThat(storage.gc().enabled()).isTrue();
    assertThat(storage.gc().delay()).isEqualTo(Duration.ofHours(1));
    assertThat(storage.gc().interval()).isEqualTo(Duration.ofHours(24));
    assertThat(storage.driver()).get().isInstanceOf(S3DriverConfig.class);
    var s3 = (S3DriverConfig) storage.driver().orElseThrow();
    assertThat(s3.bucket()).isEqualTo("zot");
    assertThat(s3.region()).isEqualTo("us-east-1");
    assertThat(s3.regionEndpoint()).contains("http://minio.minio.svc.cluster.local:9000");
    assertThat(s3.forcePathStyle()).isTrue();
    assertThat(s3.secure()).isFalse();
    assertThat(s3.skipVerify()).isTrue();
    assertThat(s3.rootDirectory()).isEmpty();
    assertThat(s3.accessKey()).isEmpty();
    assertThat(s3.chunkSize()).isEmpty();
  }

  @Test
  void itKeepsTheTagThatWasPushedLast() {
    var retention = config.storage().retention();
    assertThat(retention.dryRun()).isFalse();
    assertThat(retention.delay()).isEqualTo(Duration.ofHours(1));
    assertThat(retention.policies()).hasSize(1);
    var policy = retention.policies().getFirst();
    assertThat(policy.repositories()).containsExactly(Glob.compile("**"));
    assertThat(policy.deleteReferrers()).isTrue();
    assertThat(policy.deleteUntagged()).isTrue();
    assertThat(policy.keepTags()).hasSize(1);
    assertThat(policy.keepTags().getFirst().patterns()).isEmpty();
    assertThat(policy.keepTags().getFirst().rules().mostRecentlyPushedCount()).isEqualTo(1);
    assertThat(policy.keepUntagged()).isEmpty();
  }

  @Test
  void itServesEverywhereOnPort5000() {
    var http = config.http();
    assertThat(http.address()).isEqualTo("0.0.0.0");
    assertThat(http.port()).isEqualTo(5000);
    assertThat(http.readTimeout()).contains(Duration.ofSeconds(60));
    assertThat(http.writeTimeout()).contains(Duration.ofSeconds(60));
    assertThat(http.tls()).isEmpty();
    assertThat(http.auth().htpasswd()).contains(Path.of("/etc/zot/htpasswd"));
    assertThat(config.log().level()).isEqualTo(LogConfig.Level.INFO);
  }

  @Test
  void everybodyReadsAndAdministratorsWrite() {
    var access = config.http().accessControl().orElseThrow();
    assertThat(access.repositories()).hasSize(1);
    var rule = access.repositories().getFirst();
    var all = Set.of(Action.READ, Action.CREATE, Action.UPDATE, Action.DELETE);
    assertThat(rule.pattern()).isEqualTo(Glob.compile("**"));
    assertThat(rule.anonymousPolicy()).containsExactly(Action.READ);
    assertThat(rule.defaultPolicy()).containsExactly(Action.READ);
    assertThat(rule.policies())
        .containsExactly(
            new AccessControlConfig.Policy(Set.of(), Set.of("admins"), all, List.of()),
            new AccessControlConfig.Policy(Set.of("admin"), Set.of(), all, List.of()));
  }

  @Test
  void itsExtensionsAreOn() {
    var extensions = config.extensions();
    assertThat(extensions.metrics()).contains(new ExtensionsConfig.Metrics("/metrics"));
    assertThat(extensions.search()).isPresent();
    assertThat(extensions.ui()).isTrue();
    assertThat(extensions.lint()).isEmpty();
    assertThat(extensions.scrub()).isEmpty();
  }

  @Test
  void itPullsThroughFromSevenRegistries() {
    var sync = config.extensions().sync().orElseThrow();
    assertThat(sync.downloadDir()).isEqualTo(Path.of("/tmp/zot/sync"));
    assertThat(sync.registries())
        .extracting(registry -> registry.urls().getFirst().getHost())
        .containsExactly(
            "registry-1.docker.io",
            "ghcr.io",
            "quay.io",
            "registry.k8s.io",
            "us-docker.pkg.dev",
            "gcr.io",
            "mirror.gcr.io");
    assertThat(sync.registries()).allMatch(SyncRegistryConfig::onDemand);
    assertThat(sync.registries()).allMatch(SyncRegistryConfig::tlsVerify);
    assertThat(sync.registries())
        .extracting(r -> r.content().size())
        .containsExactly(17, 9, 4, 2, 1, 1, 1);
    var first = sync.registries().getFirst();
    assertThat(first.content().getFirst().prefix().matches("library/alpine")).isTrue();
    assertThat(first.pollInterval()).isEmpty();
    assertThat(first.syncTimeout()).isEqualTo(Duration.ofHours(3));
  }
}
