package io.sluice.server;

import io.sluice.config.SluiceConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** Whether somebody serves at the address of a configuration. Blocks. */
final class ServingCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private ServingCheck() {}

  /** Where somebody answers; empty if nobody does, or the port is any free one. */
  static Optional<URI> of(SluiceConfig config) throws InterruptedException {
    var http = config.http();
    if (http.port() == 0) {
      return Optional.empty();
    }
    var host =
        switch (http.address()) {
          case "0.0.0.0", "::", "" -> "127.0.0.1";
          default -> http.address();
        };
    boolean tls = http.tls().isPresent();
    var named = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    var uri = URI.create((tls ? "https://" : "http://") + named + ":" + http.port());
    // Over TLS it is enough that somebody listens: whose certificate it is doesn't matter.
    boolean serves = tls ? listens(host, http.port()) : answers(uri.resolve("/v2/"));
    return serves ? Optional.of(uri) : Optional.empty();
  }

  private static boolean listens(String host, int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), (int) PATIENCE.toMillis());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean answers(URI uri) throws InterruptedException {
    try (var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      client.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.discarding());
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
