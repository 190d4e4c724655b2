package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every key of Zot is known by its right name; what is read differs from the default. */
class ConfigEveryKeyTest {
  private final SluiceConfig config =
      ConfigLoader.load(Path.of("src/test/resources/every-key.yaml"));

  @Test
  void allOfThemAreKnownAndWhatHasNoEffectIsNamed() {
    assertThat(config.warnings())
        .allMatch(it -> it.contains("has no effect"))
        .extracting(it -> it.substring("storage.storageDriver.".length(), it.indexOf(':')))
        .containsExactlyInAnyOrder(
            "v4auth",
            "multipartcopychunksize",
            "multipartcopymaxconcurrency",
            "multipartcopythresholdsize");
  }

  @Test
  void almostEveryFeatureIsOn() {
    assertThat(EnumSet.complementOf(EnumSet.copyOf(FeatureReport.configuredIn(config))))
        // Scans cannot go with a bucket.
        .containsExactly(Feature.CVE);
  }

  @Test
  void s3() {
    var s3 = (S3DriverConfig) config.storage().driver().orElseThrow();
    assertThat(s3.accessKey()).contains(new Secret("a"));
    assertThat(s3.secretKey()).contains(new Secret("b"));
    assertThat(s3.sessionToken()).contains(new Secret("t"));
    assertThat(s3.region()).isEqualTo("r");
    assertThat(s3.forcePathStyle()).isFalse();
    assertThat(s3.chunkSize()).contains(DataSize.ofMiB(6));
    assertThat(s3.rootDirectory()).isEqualTo("/z");
    assertThat(s3.storageClass()).isEqualTo("STANDARD_IA");
    assertThat(s3.objectAcl()).isEqualTo("public-read");
    assertThat(List.of(s3.encrypt(), s3.useDualStack(), s3.accelerate(), s3.useFipsEndpoint()))
        .doesNotContain(false);
  }

  @Test
  void http() {
    var http = config.http();
    assertThat(http.externalUrl()).contains(URI.create("https://r.example.org"));
    assertThat(http.readTimeout()).contains(Duration.ofSeconds(30));
    assertThat(http.writeTimeout()).contains(Duration.ofSeconds(40));
    assertThat(http.compat()).containsExactly(HttpConfig.Compat.DOCKER2S2);
    assertThat(http.auth().failDelay()).isEqualTo(Duration.ofSeconds(5));
    assertThat(http.auth().openId().orElseThrow().providers()).hasSize(4);
    assertThat(http.auth().mtls().orElseThrow().identityAttributes()).hasSize(5);
    assertThat(
            http.accessControl()
                .orElseThrow()
                .repositories()
                .getFirst()
                .policies()
                .getFirst()
                .actions())
        .hasSize(5);
  }

  @Test
  void sync() {
    var registry = config.extensions().sync().orElseThrow().registries().getFirst();
    assertThat(registry.pollInterval()).contains(Duration.ofHours(6));
    assertThat(registry.maxRetryDelay()).contains(Duration.ofMinutes(5));
    assertThat(registry.content())
        .containsExactly(
            new SyncRegistryConfig.Content(
                Glob.compile("a/**"),
                "b",
                true,
                Optional.of(
                    new SyncRegistryConfig.TagFilter(
                        Optional.of(Regex.compile("^v")),
                        Optional.of(Regex.compile("rc")),
                        true))));
    assertThat(registry.credentialHelper().orElseThrow())
        .isInstanceOf(CredentialHelperConfig.OAuth2.class);
  }

  @Test
  void redis() {
    var text =
        """
        storage:
          rootDirectory: /d
          cacheDriver:
            {name: redis, keyprefix: k, addr: ["a:1", "b:2"], client_name: c, db: 1, protocol: 3, username: u, password: p,
             sentinel_username: u, sentinel_password: p, max_retries: 3, min_retry_backoff: 1ms, max_retry_backoff: 2ms,
             dial_timeout: 5s, read_timeout: 5s, write_timeout: 5s, context_timeout_enabled: true, pool_fifo: true,
             pool_size: 3, pool_timeout: 5s, min_idle_conns: 1, max_idle_conns: 2, max_active_conns: 3,
             conn_max_idle_time: 1m, conn_max_lifetime: 1h, max_redirects: 3, read_only: true, route_by_latency: true,
             route_randomly: true, master_name: m, disable_identity: true, identity_suffix: s, unstable_resp3: true}
        extensions:
          search:
            cve:
              updateInterval: 4h
              trivy: {dbRepository: a, javaDBRepository: b, vulnSeveritySources: [nvd], sbom: {enable: true, format: cyclonedx}}
        """;
    var parsed = ConfigLoader.parse(text, Format.YAML);
    assertThat(parsed.warnings()).isEmpty();
    var redis = (RedisConfig) parsed.storage().cacheDriver().orElseThrow();
    assertThat(redis.addresses()).containsExactly("a:1", "b:2");
    assertThat(redis.pool().maxLifetime()).contains(Duration.ofHours(1));
    assertThat(parsed.extensions().search().orElseThrow().cve().orElseThrow().sbom())
        .contains(SearchConfig.SbomFormat.CYCLONEDX);
    assertThat(FeatureReport.configuredIn(parsed)).contains(Feature.CVE, Feature.CACHE_DRIVER);
  }
}
