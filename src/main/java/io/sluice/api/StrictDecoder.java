package io.sluice.api;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpMessage;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;

/**
 * Refuses a request that has both a length and chunked coding. Netty goes by the coding and drops
 * the length before anybody sees it; a proxy in front that goes by the length would see the
 * requests begin and end elsewhere than we do (request smuggling; RFC 9112, 6.1 and 6.3).
 */
final class StrictDecoder extends VertxHttpRequestDecoder {
  private static final String NAME = "httpDecoder";

  private StrictDecoder(HttpServerOptions options) {
    super(options);
  }

  /** Takes the place of Vert.x's decoder on a connection of which nothing was decoded yet. */
  static void install(Channel connection, HttpServerOptions options) {
    if (connection.pipeline().get(NAME) instanceof VertxHttpRequestDecoder) {
      connection.pipeline().replace(NAME, NAME, new StrictDecoder(options));
    }
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("Content-Length and Transfer-Encoding in one request");
  }
}
