package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import java.util.List;

/** Requests in which two readers see different ends. */
class SmugglingAttackTest {
  private static final List<String> AMBIGUOUS =
      List.of(
          "Content-Length: 5\r\nTransfer-Encoding: chunked",
          "Transfer-Encoding: chunked\r\nContent-Length: 5",
          "Content-Length: 0\r\nTransfer-Encoding: chunked",
          "Content-Length: 5\r\nContent-Length: 0",
          "Content-Length: 5\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
          "Content-Length: +5",
          "Content-Length: 0x5",
          "Transfer-Encoding: chunked, identity",
          "Transfer-Encoding: identity, chunked",
          "Transfer-Encoding: identity",
          "Transfer-Encoding: \u000bchunked",
          "Transfer-Encoding:\r\n chunked",
          "Transfer-Encoding: x\r\n chunked",
          "Transfer-Encoding: chunked\r\n x",
          "Content-Length:\r\n 5",
          "Content-Length: 0\r\n 5",
          "Transfer-Encoding : chunked",
          "Transfer-Encoding\t: chunked",
          "Content-Length : 5",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: x");

  private static final String SMUGGLED =
      "0\r\n\r\nGET /v2/smuggled/tags/list HTTP/1.1\r\nHost: x\r\n\r\n";

  /** Not even the first connection of all: the registry has called itself before. */
  @RegistryTest(on = StoreKind.MEMORY)
  void requestSmugglingTheFirstConnectionOfAllIsGuarded(Registry registry) {
    isRefused(registry, "", AMBIGUOUS.getFirst());
  }

  @RegistryTest(on = StoreKind.MEMORY)
  void requestSmugglingWhatHasTwoEndsIsRefusedAndNothingReadAfterIt(Registry registry) {
    for (var before : List.of("", "GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n")) {
      AMBIGUOUS.forEach(headers -> isRefused(registry, before, headers));
    }
    registry.isUnharmed();
  }

  /** Over TLS another way leads to the decoder. */
  @RegistryTest(
      config = "{http: {tls: {cert: $TLS/cert.pem, key: $TLS/key.pem}}}",
      on = StoreKind.MEMORY)
  void requestSmugglingTlsIsNoWayAround(Registry registry) {
    for (var before : List.of("", "GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n")) {
      for (var headers : AMBIGUOUS) {
        try (var connection = registry.connect()) {
          if (!before.isEmpty()) {
            connection.send(before).read().expect(200);
          }
          connection.send(
              "POST /v2/team/app/blobs/uploads/ HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n");
          connection.sendIfPossible(SMUGGLED);
          assertThat(connection.read().status()).as(headers).isIn(400, 501);
          assertThat(connection.readUntilClosed()).as("bytes after %s", headers).isZero();
        }
      }
    }
    registry.isUnharmed();
  }

  private static void isRefused(Registry registry, String before, String headers) {
    try (var connection = registry.connect()) {
      if (!before.isEmpty()) {
        connection.send(before).read().expect(200);
      }
      connection.send(
          "POST /v2/team/app/blobs/uploads/ HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n");
      connection.sendIfPossible(SMUGGLED);
      assertThat(connection.read().status()).as(headers).isIn(400, 501);
      connection.endOutput();
      assertThat(connection.readUntilClosed()).as("bytes after %s", headers).isZero();
    }
  }
}
