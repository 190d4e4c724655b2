package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.Ask;
import io.sluice.testkit.RawConnection;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** How much one client may ask for, and who counts as one. */
class ClientLimitsTest {
  private static final String BEHIND_A_PROXY =
      "sluice: {http: {trustedProxies: [127.0.0.0/8, 10.0.0.0/8]}}\n";
  private static final String PUTS =
      "http: {ratelimit: {methods: [{method: PUT, rate: 1}, {method: delete, rate: 1000}]}}\n";
  private static final String ALL = "http: {ratelimit: {rate: 1}}\n";
  private static final String READERS =
      "http: {accessControl: {repositories: {\"**\": {anonymousPolicy: [read], defaultPolicy: [read]}}}}\n";
  private static final String ONE_GUESS =
      "sluice: {auth: {failures: 1, failureInterval: 1h}, http: {trustedProxies: [127.0.0.0/8, 10.0.0.0/8]}}\n";
  private static final String TAGS = "/v2/a/tags/list";

  // More than fit into any time that a request may take, at one a second.
  private static final int MANY = 30;

  /** Asks until it was too much, and tells what the answer was then. */
  private static Answer untilLimited(IntFunction<Ask> ask) {
    for (int i = 0; i < MANY; i++) {
      var answer = ask.apply(i).send();
      if (answer.status() == 429) {
        assertThat(answer.errorCode()).isEqualTo("TOOMANYREQUESTS");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        return answer;
      }
    }
    throw new AssertionError("no limit after " + MANY + " requests");
  }

  private static Ask put(Registry registry) {
    return registry.put("/v2/a/manifests/1");
  }

  private static Ask from(Ask ask, String... forwardedFor) {
    for (var line : forwardedFor) {
      ask.header("X-Forwarded-For", line);
    }
    return ask;
  }

  @RegistryTest(config = BEHIND_A_PROXY + PUTS, on = StoreKind.MEMORY)
  void aMethodIsLimitedForEachClientAndOthersAreNot(Registry registry) {
    untilLimited(_ -> from(put(registry), "192.0.2.1"));
    for (int i = 0; i < MANY; i++) {
      from(registry.get(TAGS), "192.0.2.1").answers(404);
      from(registry.head(TAGS), "192.0.2.1").answers(404);
      from(registry.delete("/v2/a/manifests/1"), "192.0.2.1").answers(404);
    }
    from(put(registry), "192.0.2.2").answers(400);
    from(put(registry), "2001:db8::1").answers(400);
  }

  @RegistryTest(config = BEHIND_A_PROXY + ALL, on = StoreKind.MEMORY)
  void allMethodsTogetherAreLimitedForEachClient(Registry registry) {
    var methods = List.of("GET", "PUT", "HEAD", "DELETE", "OPTIONS", "POST", "X-Y");
    untilLimited(
        i ->
            from(
                i == 0 || i % 7 == 2
                    ? registry.get("/v2/")
                    : registry.ask(methods.get(i % 7), "/v2/a/manifests/" + i),
                "192.0.2.1"));
    from(registry.get("/v2/"), "192.0.2.2").answers(200);
  }

  @RegistryTest(config = ALL, on = StoreKind.MEMORY)
  void anUntrustedPeerCanNotPassForOthers(Registry registry) {
    untilLimited(i -> from(registry.get("/v2/"), "192.0.2." + i));
    untilLimited(
        i ->
            registry
                .get("/v2/")
                .header("Forwarded", "for=192.0.2." + i)
                .header("X-Real-IP", "192.0.2." + i)
                .header("X-Client-IP", "192.0.2." + i)
                .header("CF-Connecting-IP", "192.0.2." + i));
  }

  @RegistryTest(
      config = READERS + "sluice: {auth: {failures: 3, failureInterval: 1h}}",
      users = "ann",
      on = StoreKind.MEMORY)
  void anUntrustedPeerCanNotGuessAsOthers(Registry registry) {
    for (int i = 0; i < 3; i++) {
      from(registry.as("user" + i, "x").get(TAGS), "192.0.2." + i).answers(401);
    }
    from(registry.as("user3", "x").get(TAGS), "192.0.2.3").answers(429);
  }

  @RegistryTest(config = READERS + ONE_GUESS, users = "ann", on = StoreKind.MEMORY)
  void behindAProxyTheLastAddressThatIsNotAProxysCounts(Registry registry) {
    guess(registry, "u1", "192.0.2.1").expect(401);
    // Whatever the client makes up stands before that, in the same line or in another.
    guess(registry, "u2", "192.0.2.2, 192.0.2.1").expect(429);
    guess(registry, "u2", "192.0.2.3", "192.0.2.1").expect(429);
    guess(registry, "u2", "192.0.2.3", "192.0.2.4 ,192.0.2.5", "192.0.2.1").expect(429);
    guess(registry, "u2", "192.0.2.3", "192.0.2.1, 10.0.0.1", "10.0.0.2,127.0.0.9").expect(429);
    guess(registry, "u2", "x", "192.0.2.1").expect(429);
    guess(registry, "u2", "192.0.2.1", "192.0.2.6").expect(401);
    // All of an IPv6 network is one client.
    guess(registry, "u3", "2001:db8:0:1::1").expect(401);
    guess(registry, "u4", "2001:db8:0:1:ffff::2").expect(429);
    guess(registry, "u4", "2001:db8:0:2::1").expect(401);
    // So are both ways of writing an address.
    guess(registry, "u5", "::ffff:192.0.2.1").expect(429);
    // What is no address is the proxy's own.
    guess(registry, "u6", "unknown").expect(401);
    guess(registry, "u7", "localhost").expect(429);
    guess(registry, "u7", "192.0.2.9", "192.0.2.10:80").expect(429);
    guess(registry, "u7", "192.0.2.9,").expect(429);
    guess(registry, "u7").expect(429);
  }

  private static Answer guess(Registry registry, String user, String... forwardedFor) {
    return from(registry.as(user, "x").get(TAGS), forwardedFor).send();
  }

  @RegistryTest(config = ALL, on = StoreKind.MEMORY)
  void whoeverWatchesTheProcessIsNotLimited(Registry registry) {
    untilLimited(_ -> registry.get("/v2/"));
    for (int i = 0; i < MANY; i++) {
      for (var path : List.of("/livez", "/readyz", "/startupz")) {
        registry.get(path).answers(200);
      }
    }
  }

  /** Opens one that is answered; those of before may still be counted for a moment. */
  private static void open(Registry registry, List<RawConnection> into) {
    eventually(
        registry::connect,
        connection -> {
          try {
            connection.sendIfPossible("GET /v2/ HTTP/1.1\r\nHost: registry.test\r\n\r\n");
            connection.read().expect(200);
            into.add(connection);
          } catch (UncheckedIOException closed) {
            connection.close();
            throw new AssertionError(closed);
          }
        });
  }

  private static void isClosed(Registry registry) {
    try (var connection = registry.connect()) {
      connection.sendIfPossible("GET /v2/ HTTP/1.1\r\nHost: registry.test\r\n\r\n");
      assertThat(connection.readUntilClosed()).isZero();
    }
  }

  @RegistryTest(config = "sluice: {http: {maxConnectionsPerAddress: 3}}", on = StoreKind.MEMORY)
  void anAddressHasNoMoreConnectionsThanItMay(Registry registry) {
    var connections = new ArrayList<RawConnection>();
    for (int i = 0; i < 3; i++) {
      open(registry, connections);
    }
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 10; i++) {
        isClosed(registry);
      }
      connections.removeFirst().close();
      open(registry, connections);
    }
    isClosed(registry);
    // Those that it has go on.
    connections.forEach(it -> it.request("GET /v2/").read().expect(200));
    connections.forEach(RawConnection::close);
  }

  @RegistryTest(
      config =
          "sluice: {http: {maxConnectionsPerAddress: 3, maxConnections: 8, trustedProxies: [127.0.0.1]}}",
      on = StoreKind.MEMORY)
  void aTrustedProxyMayHaveAllConnectionsThatThereAre(Registry registry) {
    var connections = new ArrayList<RawConnection>();
    for (int i = 0; i < 8; i++) {
      open(registry, connections);
    }
    isClosed(registry);
    connections.removeFirst().close();
    open(registry, connections);
    isClosed(registry);
    connections.forEach(RawConnection::close);
  }
}
