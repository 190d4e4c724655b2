package io.sluice.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands where connections are accepted. Vert.x tells of a connection only when its first request
 * has come, since it may turn out to be HTTP/2; until then one that says nothing, or a byte now and
 * then, would neither be counted nor ever be closed.
 *
 * <p>Vert.x has no place for this, so it is put into the listening socket's pipeline by the first
 * connection that is told of (that of a readiness probe, as a rule). Thread safe.
 */
@Sharable
final class AcceptGuard extends ChannelInboundHandlerAdapter {
  private static final String NAME = "sluice-accept";
  private static final String FIRST_REQUEST = "sluice-first-request";
  private static final AttributeKey<Boolean> COUNTED = AttributeKey.valueOf("sluice.counted");

  private final Duration headerTimeout;
  private final HttpServerOptions options;
  private final ConnectionCount count;

  private AcceptGuard(Duration headerTimeout, HttpServerOptions options, ConnectionCount count) {
    this.headerTimeout = headerTimeout;
    this.options = options;
    this.count = count;
  }

  /**
   * A connection's first request has come. Counts the connection if that was not done when it was
   * accepted.
   *
   * @return false when there are too many
   */
  static boolean admit(
      Channel connection,
      Duration headerTimeout,
      HttpServerOptions options,
      ConnectionCount count) {
    install(connection.parent(), new AcceptGuard(headerTimeout, options, count));
    var waiting = connection.pipeline().get(FIRST_REQUEST);
    if (waiting != null) {
      connection.pipeline().remove(waiting);
    }
    return connection.hasAttr(COUNTED) || count(connection, count);
  }

  private static void install(@Nullable Channel listening, AcceptGuard guard) {
    if (listening == null || listening.pipeline().get(NAME) != null) {
      return;
    }
    try {
      listening.pipeline().addFirst(NAME, guard);
    } catch (IllegalArgumentException installedBefore) {
      // by another event loop
    }
  }

  private static boolean count(Channel connection, ConnectionCount count) {
    @Nullable InetAddress address =
        connection.remoteAddress() instanceof InetSocketAddress remote ? remote.getAddress() : null;
    if (!count.admit(address)) {
      return false;
    }
    connection.attr(COUNTED).set(true);
    connection.closeFuture().addListener(_ -> count.release(address));
    return true;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof Channel connection) {
      if (!count(connection, count)) {
        // To close it at once costs least.
        connection.unsafe().closeForcibly();
        return;
      }
      connection.pipeline().addFirst(FIRST_REQUEST, new FirstRequest(headerTimeout, options));
    }
    context.fireChannelRead(message);
  }

  /** Closes a connection whose first request does not come in time. */
  private static final class FirstRequest extends ChannelInboundHandlerAdapter {
    private final Duration patience;
    private final HttpServerOptions options;
    private java.util.concurrent.@Nullable Future<?> deadline;
    private boolean begun;

    FirstRequest(Duration patience, HttpServerOptions options) {
      this.patience = patience;
      this.options = options;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      deadline =
          context
              .executor()
              .schedule(() -> close(context), patience.toMillis(), TimeUnit.MILLISECONDS);
      context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!begun) {
        begun = true;
        StrictDecoder.install(context.channel(), options);
      }
      context.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      stop();
      context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
      stop();
    }

    /** Nobody has begun to talk to us, so there is nobody to miss. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      close(context);
    }

    private static void close(ChannelHandlerContext context) {
      var unused = context.close();
    }

    private void stop() {
      if (deadline != null) {
        deadline.cancel(false);
      }
    }
  }
}
