package io.sluice.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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

  /** Takes the place of Vert.x's decoder on a connection that was accepted right now. */
  static void install(Channel connection, HttpServerOptions options) {
    connection.pipeline().addLast(new Installer(options));
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("Content-Length and Transfer-Encoding in one request");
  }

  /*
   * Vert.x adds its decoder behind us once it knows that the connection speaks HTTP/1.1: from the first bytes, or from the
   * TLS handshake. Whatever it then passes on comes by here before it comes to the decoder.
   */
  private static final class Installer extends ChannelInboundHandlerAdapter {
    private final HttpServerOptions options;

    Installer(HttpServerOptions options) {
      this.options = options;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      replace(context);
      context.fireChannelRead(message);
      if (!context.isRemoved()) {
        context.pipeline().remove(this);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      replace(context);
      context.fireUserEventTriggered(event);
    }

    private void replace(ChannelHandlerContext context) {
      var decoder = context.pipeline().get(NAME);
      if (decoder instanceof VertxHttpRequestDecoder && !(decoder instanceof StrictDecoder)) {
        context.pipeline().replace(NAME, NAME, new StrictDecoder(options));
      }
    }
  }
}
