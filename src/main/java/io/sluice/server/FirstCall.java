package io.sluice.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.SocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request of a server to itself. What guards connections where they are accepted takes its
 * place with the first one that brings a request, which shall not be an attacker's.
 *
 * <p>By a plain socket on a worker: a client of Vert.x's would load its classes on an event loop.
 */
final class FirstCall {
  private static final Logger LOG = LoggerFactory.getLogger(FirstCall.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String REQUEST =
      "GET /livez HTTP/1.1\r\nHost: localhost\r\nUser-Agent: sluice-start\r\nConnection: close\r\n\r\n";

  private FirstCall() {}

  /** Ends when it was answered; never fails, since a server is of use without it. */
  static Future<Void> to(Vertx vertx, URI server) {
    return vertx
        .executeBlocking(() -> call(server), false)
        .onFailure(
            cause ->
                LOG.atWarn()
                    .addKeyValue("url", server)
                    .addKeyValue("error", cause.toString())
                    .log("the first call to ourselves failed; the first client is guarded less"))
        .otherwiseEmpty()
        .mapEmpty();
  }

  private static int call(URI server) throws IOException {
    var factory = server.getScheme().equals("https") ? trustingAll() : SocketFactory.getDefault();
    int patience = (int) PATIENCE.toMillis();
    try (Socket socket = factory.createSocket()) {
      socket.setSoTimeout(patience);
      var host = server.getHost().replaceAll("^\\[|]$", "");
      socket.connect(new InetSocketAddress(host, server.getPort()), patience);
      socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read();
    }
  }

  /** It is ourselves whom we call, whatever name the certificate is for, and we tell no secret. */
  private static SocketFactory trustingAll() {
    return TrustingAll.context().getSocketFactory();
  }
}
