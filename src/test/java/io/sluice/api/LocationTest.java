package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import java.util.List;

/** What clients are sent to, directly and behind proxies. */
class LocationTest {
  private static final String ID = "/v2/team/app/blobs/uploads/[0-9a-f]{32}";

  private static String begin(Registry registry, String... headers) {
    var ask = registry.post("/v2/team/app/blobs/uploads/");
    for (int i = 0; i < headers.length; i += 2) {
      ask.header(headers[i], headers[i + 1]);
    }
    return ask.answers(202).header("Location");
  }

  @RegistryTest(config = "{sluice: {http: {trustedProxies: [127.0.0.0/8]}}}")
  void aLocationIsRelativeSoThatItFitsBehindEveryProxy(Registry registry) {
    assertThat(begin(registry, "X-Forwarded-Host", "registry.test")).matches(ID);
  }

  @RegistryTest(config = "{sluice: {http: {absoluteUrls: true, trustedProxies: [127.0.0.0/8]}}}")
  void anAbsoluteLocationIsWhatTheClientCallsUs(Registry registry) {
    assertThat(begin(registry)).matches("http://127.0.0.1:" + registry.port() + ID);
    assertThat(begin(registry, "X-Forwarded-Proto", "https", "X-Forwarded-Host", "registry.test"))
        .matches("https://registry.test" + ID);
    assertThat(begin(registry, "X-Forwarded-Host", "registry.test:8443"))
        .matches("http://registry.test:8443" + ID);
    for (var nonsense : List.of("evil.test/x", "a b", "<script>", "a@b")) {
      assertThat(begin(registry, "X-Forwarded-Host", nonsense))
          .matches("http://127.0.0.1:" + registry.port() + ID);
    }
    var payload = Payload.ofSize(10);
    registry.put(begin(registry) + "?digest=" + payload.digest()).body(payload).answers(201);
  }

  @RegistryTest(config = "{sluice: {http: {absoluteUrls: true}}}")
  void aProxyThatIsNotTrustedIsNotBelieved(Registry registry) {
    assertThat(begin(registry, "X-Forwarded-Proto", "https", "X-Forwarded-Host", "evil.test"))
        .matches("http://127.0.0.1:" + registry.port() + ID);
  }

  @RegistryTest(
      config =
          "{http: {externalUrl: 'https://registry.test/'}, sluice: {http: {absoluteUrls: true}}}")
  void theConfiguredUrlIsWhatClientsAreSentTo(Registry registry) {
    assertThat(begin(registry)).matches("https://registry.test" + ID);
  }
}
