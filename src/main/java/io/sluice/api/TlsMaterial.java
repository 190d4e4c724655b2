package io.sluice.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What the server proves itself with, in PEM. By value and not by file, so that what was checked is
 * what is used, whatever happens to the files meanwhile.
 *
 * @param certificates the server's, and those that lead from it to a root
 * @param key the private key of the first
 * @param clientAuthorities who may have signed clients' certificates; empty to ask for none
 */
public record TlsMaterial(Buffer certificates, Buffer key, Optional<Buffer> clientAuthorities) {

  /** TLS 1.2 and 1.3 with HTTP/2 (RFC 7301); a client's certificate is verified if it shows one. */
  ServerSSLOptions options(Duration handshakeTimeout) {
    var options = new ServerSSLOptions();
    options.setKeyCertOptions(new PemKeyCertOptions().addCertValue(certificates).addKeyValue(key));
    clientAuthorities.ifPresent(
        authorities -> {
          options.setTrustOptions(new PemTrustOptions().addCertValue(authorities));
          options.setClientAuth(ClientAuth.REQUEST);
        });
    options.setUseAlpn(true);
    options.setApplicationLayerProtocols(List.of("h2", "http/1.1"));
    options.setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"));
    options.setSslHandshakeTimeout(handshakeTimeout.toMillis());
    options.setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    return options;
  }

  HttpServerOptions addTo(HttpServerOptions server, Duration handshakeTimeout) {
    var options = options(handshakeTimeout);
    return server
        .setSsl(true)
        // Signing takes milliseconds, and the first time the loading of a hundred classes.
        .setSslEngineOptions(new JdkSSLEngineOptions().setUseWorkerThread(true))
        .setKeyCertOptions(options.getKeyCertOptions())
        .setTrustOptions(options.getTrustOptions())
        .setClientAuth(options.getClientAuth())
        .setUseAlpn(true)
        .setEnabledSecureTransportProtocols(options.getEnabledSecureTransportProtocols())
        .setSslHandshakeTimeout(options.getSslHandshakeTimeout())
        .setSslHandshakeTimeoutUnit(options.getSslHandshakeTimeoutUnit());
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "TlsMaterial[" + certificates.length() + " bytes of certificates]";
  }
}
