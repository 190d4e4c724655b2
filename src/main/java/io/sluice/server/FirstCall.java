package io.sluice.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
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

  private static int call(URI server) throws IOException, GeneralSecurityException {
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
  private static SocketFactory trustingAll() throws GeneralSecurityException {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustingAll()}, null);
    return context.getSocketFactory();
  }

  private static final class TrustingAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
