package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigLoader;
import io.sluice.config.Format;
import io.sluice.config.SyncRegistryConfig;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void pausesDoubleUpToTheLongest() {
    assertThat(pauses("retryDelay: 1s, maxRetryDelay: 5s")).containsExactly(1L, 2L, 4L, 5L, 5L);
  }

  @Test
  void withoutALongestTheyStayTheSame() {
    assertThat(pauses("retryDelay: 3s")).containsExactly(3L, 3L, 3L, 3L, 3L);
  }

  @Test
  void noDelayIsTooLongToBeDoubled() {
    var config = config("retryDelay: 2000000h, maxRetryDelay: 2500000h");
    assertThat(Backoff.of(config, 1_000_000)).isEqualTo(Duration.ofHours(2_500_000));
    assertThat(Backoff.of(config("retryDelay: 1ns"), 0)).isEqualTo(Duration.ofMillis(1));
  }

  private static List<Long> pauses(String delays) {
    var config = config(delays);
    return IntStream.range(0, 5).mapToObj(tries -> Backoff.of(config, tries).toSeconds()).toList();
  }

  private static SyncRegistryConfig config(String delays) {
    var yaml =
        """
        storage: {rootDirectory: /data}
        http: {address: 127.0.0.1, port: "0"}
        extensions: {sync: {registries: [{urls: [https://a.example], onDemand: true, %s}]}}
        """
            .formatted(delays);
    return ConfigLoader.parse(yaml, Format.YAML)
        .extensions()
        .sync()
        .orElseThrow()
        .registries()
        .getFirst();
  }
}
