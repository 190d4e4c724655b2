package io.sluice.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request of a server to itself. What guards connections where they are accepted takes its
 * place with the first one that brings a request, which shall not be an attacker's.
 */
final class FirstCall {
  private static final Logger LOG = LoggerFactory.getLogger(FirstCall.class);
  private static final String USER_AGENT = "sluice-start";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private FirstCall() {}

  /** Ends when it was answered; never fails, since a server is of use without it. */
  static Future<Void> to(Vertx vertx, URI server) {
    // It is ourselves whom we call, whatever name the certificate is for.
    var client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setSsl(server.getScheme().equals("https"))
                .setTrustAll(true)
                .setVerifyHost(false)
                .setKeepAlive(false)
                .setConnectTimeout((int) PATIENCE.toMillis()));
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setAbsoluteURI(server.resolve("/livez").toString())
            .putHeader(HttpHeaders.USER_AGENT, USER_AGENT);
    return client
        .request(options)
        .compose(request -> request.send().compose(HttpClientResponse::end))
        .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(
            cause ->
                LOG.atWarn()
                    .addKeyValue("url", server)
                    .addKeyValue("error", cause.toString())
                    .log("the first call to ourselves failed; the first client is guarded less"))
        .transform(_ -> client.close())
        .otherwiseEmpty();
  }
}
