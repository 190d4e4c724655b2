package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.Ask;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import java.util.ArrayList;
import java.util.List;

/** Pages of other origins that would like to read with what a browser holds. */
class CrossOriginAttackTest {
  private static final String KEYS = "{http: {auth: {apikey: true}}}";
  private static final String ORIGIN = "https://ui.test";
  private static final String OTHER = "https://other.test:8443";

  private static final List<String> STRANGERS =
      List.of(
          "null",
          "*",
          "",
          ",",
          "https://evil.test",
          "https://ui.test.evil.test",
          "https://ui.tes",
          "https://evil-ui.test",
          "https://sub.ui.test",
          "https://ui.test.",
          "https://ui.test/",
          "https://ui.test:443",
          "https://ui.test:8443",
          "http://ui.test",
          "HTTPS://UI.TEST",
          "https://x@ui.test",
          "https://ui.test@evil.test",
          "https://ui.test, https://other.test:8443",
          "https://ui.test https://evil.test",
          "https://other.test",
          "http://other.test:8443",
          "https://other.test:84430",
          "file://",
          "ui.test");

  private static String allowing(String origins) {
    return "{http: {auth: {apikey: true}, allowOrigin: '" + origins + "'}}";
  }

  private static List<Ask> asks(Registry registry, String origin) {
    var asks = new ArrayList<Ask>();
    for (var path : List.of("/v2/", "/v2/_catalog", "/v2/team/app/tags/list", "/zot/auth/apikey")) {
      asks.add(registry.get(path));
      asks.add(registry.as("ann").get(path));
      asks.add(registry.as("ann", "wrong").get(path).header("Cookie", "session=1"));
      asks.add(
          registry
              .ask("OPTIONS", path)
              .header("Access-Control-Request-Method", "DELETE")
              .header("Access-Control-Request-Headers", "authorization, x-evil"));
    }
    asks.forEach(ask -> ask.header("Origin", origin));
    return asks;
  }

  private static void isForAnybodyWithoutCredentials(Answer answer) {
    assertThat(answer.header("Access-Control-Allow-Origin")).as("%s", answer).isEqualTo("*");
    assertThat(answer.findHeader("Access-Control-Allow-Credentials")).as("%s", answer).isEmpty();
  }

  @RegistryTest(config = KEYS, users = "ann", on = StoreKind.MEMORY)
  void corsAnyOriginNeverMeansWithCredentials(Registry registry) {
    for (var config : List.of(KEYS, allowing("*"), allowing(" * "), allowing("*,*"))) {
      registry.reconfigure(config);
      for (var origin : List.of(ORIGIN, "null", "*", "https://evil.test")) {
        asks(registry, origin).forEach(ask -> isForAnybodyWithoutCredentials(ask.send()));
      }
    }
  }

  @RegistryTest(config = KEYS, users = "ann", on = StoreKind.MEMORY)
  void corsOnlyAListedOriginIsNamed(Registry registry) {
    for (var config :
        List.of(
            allowing(ORIGIN),
            allowing(ORIGIN + "," + OTHER),
            allowing(" " + OTHER + " , " + ORIGIN + ",*,"))) {
      registry.reconfigure(config);
      for (var stranger : STRANGERS) {
        for (var ask : asks(registry, stranger)) {
          var answer = ask.send();
          assertThat(answer.all("Access-Control-Allow-Origin")).as("%s", answer).isEmpty();
          assertThat(answer.all("Access-Control-Allow-Credentials")).as("%s", answer).isEmpty();
          assertThat(answer.all("Vary")).as("%s", answer).contains("Origin");
        }
      }
      for (var ask : asks(registry, ORIGIN)) {
        var answer = ask.send();
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(answer.all("Vary")).as("%s", answer).contains("Origin");
      }
      // A cache must know it even of what was asked by no page.
      assertThat(registry.as("ann").get("/v2/").answers(200).all("Vary")).contains("Origin");
    }
  }

  @RegistryTest(config = KEYS, users = "ann", on = StoreKind.MEMORY)
  void corsPreflightAllowsNoHeaderBecauseItWasAskedFor(Registry registry) {
    for (var config : List.of(KEYS, allowing(ORIGIN))) {
      registry.reconfigure(config);
      for (var path : List.of("/v2/team/app/manifests/1", "/zot/auth/apikey")) {
        var answer =
            registry
                .ask("OPTIONS", path)
                .header("Origin", ORIGIN)
                .header("Access-Control-Request-Method", "BREW")
                .header("Access-Control-Request-Headers", "x-evil")
                .answers(204);
        assertThat(answer.header("Access-Control-Allow-Headers"))
            .doesNotContainIgnoringCase("evil");
        assertThat(answer.header("Access-Control-Allow-Methods")).doesNotContain("BREW", "*");
      }
    }
  }
}
