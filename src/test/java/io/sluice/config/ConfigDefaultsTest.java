package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds where the file is silent. */
class ConfigDefaultsTest {
  private final SluiceConfig minimal = parse("storage: {rootDirectory: /d}");

  @Test
  void storage() {
    assertThat(minimal.storage()).isEqualTo(StorageConfig.local(Path.of("/d")));
    var storage = minimal.storage();
    assertThat(storage.dedupe()).isTrue();
    assertThat(storage.commit()).isTrue();
    assertThat(storage.gc())
        .isEqualTo(
            new GcConfig(
                true,
                Duration.ofHours(1),
                Duration.ofHours(1),
                Optional.empty(),
                Duration.ofSeconds(30)));
    assertThat(storage.retention())
        .isEqualTo(new RetentionConfig(false, Duration.ofHours(1), List.of()));
    assertThat(storage.maxRepos()).isZero();
  }

  @Test
  void aSubPathHasDefaultsOfItsOwn() {
    var config = parse("storage: {rootDirectory: /d, subPaths: {/a: {rootDirectory: /a}}}");
    assertThat(config.storage().subPaths()).containsOnlyKeys("/a");
    var store = config.storage().subPaths().values().iterator().next();
    assertThat(store.dedupe()).isFalse();
    assertThat(store.gc().enabled()).isFalse();
    assertThat(store.gc().delay()).isEqualTo(Duration.ofHours(1));
    assertThat(store.commit()).isTrue();
    assertThat(config.storage().allStores()).hasSize(2);
  }

  @Test
  void storesOfDifferentKindsMayShareADirectory() {
    var config =
        parse(
            """
            storage:
              rootDirectory: /d
              subPaths:
                /a: {rootDirectory: /d, storageDriver: {name: s3, bucket: b, regionendpoint: h}}
                /b: {rootDirectory: /data}
            """);
    assertThat(config.storage().subPaths()).containsOnlyKeys("/a", "/b");
  }

  @Test
  void s3WithDedupeNeedsNoCacheDriver() {
    var config =
        parse(
            "storage: {rootDirectory: /d, storageDriver: {name: s3, bucket: b, region: eu-west-1}}");
    assertThat(config.storage().dedupe()).isTrue();
    assertThat(config.warnings()).isEmpty();
    var s3 = (S3DriverConfig) config.storage().driver().orElseThrow();
    assertThat(s3.secure()).isTrue();
    assertThat(s3.skipVerify()).isFalse();
    assertThat(s3.forcePathStyle()).isFalse();
    assertThat(s3.storageClass()).isEqualTo("STANDARD");
    assertThat(s3.objectAcl()).isEqualTo("private");
    assertThat(s3.copyChunkSize()).isEqualTo(DataSize.ofMiB(32));
    assertThat(s3.copyMaxConcurrency()).isEqualTo(100);
  }

  @Test
  void http() {
    assertThat(minimal.http()).isEqualTo(HttpConfig.defaults());
    assertThat(minimal.http().address()).isEqualTo("127.0.0.1");
    assertThat(minimal.http().port()).isEqualTo(8080);
    assertThat(minimal.http().readTimeout()).contains(Duration.ofSeconds(60));
    assertThat(minimal.http().realm()).isEqualTo("Authorization Required");
  }

  @Test
  void anEmptyAddressIsEveryAddressAndAnEmptyPortIsAnyPort() {
    var http =
        parse(
                "storage: {rootDirectory: /d}\nhttp: {address: '', port: '', readTimeout: 0, writeTimeout: -1s}")
            .http();
    assertThat(http.address()).isEqualTo("0.0.0.0");
    assertThat(http.port()).isZero();
    assertThat(http.readTimeout()).isEmpty();
    assertThat(http.writeTimeout()).isEmpty();
  }

  @Test
  void theLogIsNotAsTalkativeAsZots() {
    assertThat(minimal.log())
        .isEqualTo(new LogConfig(LogConfig.Level.INFO, Optional.empty(), Optional.empty()));
    assertThat(parse("storage: {rootDirectory: /d}\nlog: {level: Panic}").log().level())
        .isEqualTo(LogConfig.Level.PANIC);
  }

  @Test
  void nothingElseIsOn() {
    assertThat(minimal.extensions()).isEqualTo(ExtensionsConfig.none());
    assertThat(minimal.cluster()).isEmpty();
    assertThat(minimal.scheduler().numWorkers())
        .isEqualTo(Runtime.getRuntime().availableProcessors() * 4);
  }

  @Test
  void anExtensionIsOnWhenItsSectionIsThere() {
    var extensions =
        parse(
                """
                storage: {rootDirectory: /d}
                extensions: {search: {}, ui: {}, metrics: {}, scrub: {}, trust: {}, lint: {}, events: {}, sync: {registries: [{urls: [h]}]}}
                """)
            .extensions();
    assertThat(extensions.search()).contains(new SearchConfig(Optional.empty()));
    assertThat(extensions.ui()).isTrue();
    assertThat(extensions.metrics()).contains(new ExtensionsConfig.Metrics("/metrics"));
    assertThat(extensions.scrub()).contains(new ExtensionsConfig.Scrub(Duration.ofHours(24)));
    assertThat(extensions.trust()).isPresent();
    assertThat(extensions.lint()).isEmpty();
    assertThat(extensions.events()).isEmpty();
    var sync = extensions.sync().orElseThrow();
    assertThat(sync.downloadDir())
        .isEqualTo(Path.of(System.getProperty("java.io.tmpdir"), "sluice-sync"));
    var registry = sync.registries().getFirst();
    assertThat(registry.urls().getFirst()).hasToString("https://h");
    assertThat(registry.tlsVerify()).isTrue();
    assertThat(registry.onDemand()).isFalse();
    assertThat(registry.syncLegacyCosignTags()).isTrue();
    assertThat(registry.responseHeaderTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(registry.reqConcurrent()).isEqualTo(8);
    assertThat(registry.maxIdleConnsPerHost()).isEqualTo(2);
  }

  @Test
  void anExtensionThatIsOffIsNotThere() {
    var extensions =
        parse(
                "storage: {rootDirectory: /d}\nextensions: {search: {enable: false}, metrics: {enable: 'false'}}")
            .extensions();
    assertThat(extensions).isEqualTo(ExtensionsConfig.none());
  }

  @Test
  void ourOwnSection() {
    assertThat(minimal.sluice()).isEqualTo(OwnConfig.defaults());
    assertThat(minimal.sluice().http())
        .isEqualTo(
            new OwnConfig.Http(
                Duration.ofSeconds(10),
                Duration.ofSeconds(120),
                4096,
                1024,
                new DataSize(32_768),
                new DataSize(4_194_304),
                false,
                List.of()));
    assertThat(minimal.sluice().auth())
        .isEqualTo(new OwnConfig.Auth(Duration.ofMinutes(5), 20, Duration.ofSeconds(2), 128));
    assertThat(minimal.sluice().uploads())
        .isEqualTo(
            new OwnConfig.Uploads(
                Optional.empty(),
                3,
                Duration.ofSeconds(10),
                Duration.ofHours(24),
                Optional.empty()));
    assertThat(minimal.sluice().tags().history()).isEqualTo(10);
    assertThat(minimal.sluice().shutdown().timeout()).isEqualTo(Duration.ofSeconds(25));
    assertThat(minimal.sluice().events().progressInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(minimal.sluice().cache())
        .isEqualTo(new OwnConfig.Cache(Optional.empty(), Duration.ofSeconds(1)));
    assertThat(minimal.sluice().s3().createBucket()).isFalse();
    assertThat(minimal.sluice().sync())
        .isEqualTo(
            new OwnConfig.Sync(
                Duration.ofMinutes(5),
                true,
                List.of(),
                false,
                Duration.ofSeconds(10),
                Optional.empty()));
    assertThat(minimal.sluice().gc()).isEqualTo(new OwnConfig.Gc(200, Duration.ofMinutes(1)));
    assertThat(minimal.sluice().retention())
        .isEqualTo(new OwnConfig.Retention(50, Optional.empty()));
    assertThat(minimal.sluice().scrub()).isEqualTo(new OwnConfig.Scrub(DataSize.ofMiB(50), false));
  }

  @Test
  void aShortDelayCountsAsTheShortestAndIsWarnedOf() {
    var config =
        parse(
            """
            storage: {rootDirectory: /d, gcDelay: 5s, subPaths: {/a: {rootDirectory: /a, gc: true, gcDelay: 10s}}}
            sluice: {gc: {shortestDelay: 10s}, retention: {undo: 72h, maxShare: 10}}
            """);
    assertThat(config.sluice().gc().grace(config.storage().gc())).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.sluice().retention().undo()).contains(Duration.ofDays(3));
    assertThat(config.warnings())
        .containsExactly(
            "storage.gcDelay: counts as 10s, since it is shorter than sluice.gc.shortestDelay");
  }

  @Test
  void aRetentionCanBeReadByItself() {
    for (var text :
        List.of(
            "{\"policies\": [{\"repositories\": [\"a/**\"]}]}",
            "retention:\n  policies:\n    - repositories: [a/**]\n")) {
      var retention = ConfigLoader.parseRetention(text, Format.UNKNOWN, Duration.ofHours(2));
      assertThat(retention.policies()).hasSize(1);
      assertThat(retention.delay()).isEqualTo(Duration.ofHours(2));
    }
    assertThatThrownBy(
            () ->
                ConfigLoader.parseRetention(
                    "{\"policys\": []}", Format.UNKNOWN, Duration.ofHours(2)))
        .hasMessageContaining("policys")
        .hasMessageContaining("\"policies\"");
    assertThatThrownBy(() -> ConfigLoader.parseRetention(" ", Format.JSON, Duration.ZERO))
        .hasMessageContaining("a section with policies");
  }

  @Test
  void withoutAFileOnlyThisMachineIsServed() {
    var config = SluiceConfig.withoutFile(Path.of("/data"), 5000);
    assertThat(config.storage().rootDirectory()).isEqualTo(Path.of("/data"));
    assertThat(config.storage().commit()).isTrue();
    assertThat(config.http().address()).isEqualTo("127.0.0.1");
    assertThat(config.http().port()).isEqualTo(5000);
    assertThat(config.http().auth().canIdentify()).isFalse();
    assertThat(config.http().accessControl()).isEmpty();
    assertThat(config.log().level()).isEqualTo(LogConfig.Level.INFO);
    assertThat(config.warnings()).isEmpty();
  }

  @Test
  void aTimeWindowMayPassMidnight() {
    var window = TimeWindow.parse("22:00-04:30");
    assertThat(window.contains(LocalTime.of(23, 0))).isTrue();
    assertThat(window.contains(LocalTime.of(4, 29))).isTrue();
    assertThat(window.contains(LocalTime.of(4, 30))).isFalse();
    assertThat(TimeWindow.parse("9:00-17:00").contains(LocalTime.of(8, 59))).isFalse();
  }

  @Test
  void aBuildThatLacksAFeatureCanSaySo() {
    var config = ConfigLoader.load(Path.of("src/test/resources/zot-config.json"));
    assertThat(FeatureReport.configuredIn(config))
        .containsExactly(
            Feature.S3_STORAGE,
            Feature.GC,
            Feature.RETENTION,
            Feature.HTPASSWD,
            Feature.ACCESS_CONTROL,
            Feature.METRICS,
            Feature.SEARCH,
            Feature.UI,
            Feature.SYNC);
    assertThat(
            FeatureReport.unsupported(
                config, Set.of(Feature.S3_STORAGE, Feature.GC, Feature.RETENTION, Feature.METRICS)))
        .filteredOn(Feature::security)
        .containsExactly(Feature.HTPASSWD, Feature.ACCESS_CONTROL);
    assertThat(FeatureReport.configuredIn(minimal)).containsExactly(Feature.DEDUPE, Feature.GC);
  }

  @Test
  void conditionsOfAccessAreAFeatureOfTheirOwn() {
    var config =
        parse(
            """
            storage: {rootDirectory: /d}
            http:
              auth: {htpasswd: {path: /h}}
              accessControl: {adminPolicy: {users: [a], actions: [read], conditions: [{expression: "true"}]}}
            """);
    assertThat(FeatureReport.configuredIn(config)).contains(Feature.ACCESS_CONDITIONS);
  }

  private static SluiceConfig parse(String yaml) {
    return ConfigLoader.parse(yaml, Format.YAML);
  }
}
