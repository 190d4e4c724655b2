package io.sluice.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.Http1xOrH2CHandler;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import org.jspecify.annotations.Nullable;

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

  /**
   * Will take the place of Vert.x's decoder on a connection whose first bytes have come, and have
   * been seen by nobody yet.
   */
  static void install(Channel connection, HttpServerOptions options) {
    var pipeline = connection.pipeline();
    @Nullable String before = null;
    for (var handler : pipeline) {
      if (handler.getValue() instanceof SslHandler
          || handler.getValue() instanceof AbstractSniHandler
          || handler.getValue() instanceof Http1xOrH2CHandler) {
        before = handler.getKey();
      }
    }
    if (before == null) {
      replace(pipeline, options);
    } else {
      pipeline.addAfter(before, null, new Installer(options));
    }
  }

  private static void replace(ChannelPipeline pipeline, HttpServerOptions options) {
    var decoder = pipeline.get(NAME);
    if (decoder instanceof VertxHttpRequestDecoder && !(decoder instanceof StrictDecoder)) {
      pipeline.replace(NAME, NAME, new StrictDecoder(options));
    }
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("Content-Length and Transfer-Encoding in one request");
  }

  /*
   * Vert.x adds its decoder once it knows that the connection speaks HTTP/1.1: from the first bytes, or from the TLS
   * handshake. This stands right behind what finds that out, and so before the decoder, whenever that comes.
   */
  private static final class Installer extends ChannelInboundHandlerAdapter {
    private final HttpServerOptions options;

    Installer(HttpServerOptions options) {
      this.options = options;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      replace(context.pipeline(), options);
      context.fireChannelRead(message);
      if (!context.isRemoved()) {
        context.pipeline().remove(this);
      }
    }
  }
}
