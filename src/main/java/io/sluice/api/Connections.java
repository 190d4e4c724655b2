package io.sluice.api;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one verticle instance, and which of them have been idle for too long. Confined
 * to its context; the count of all instances is shared.
 *
 * <p>Idle means that the <i>client</i> is due and does nothing: it sends no header, no further byte
 * of a body that we would read, or takes no byte of an answer. Time that we need ourselves, and
 * bodies that we hold back because the store is slow, don't count. Totals are not limited: a slow
 * client that goes on may take its time.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  /** How late a limit may be noticed, as its fraction; but between these bounds. */
  private static final int SWEEP_FRACTION = 4;

  private static final long SWEEP_LEAST_MILLIS = 50;
  private static final long SWEEP_MOST_MILLIS = 1000;

  private final ApiSettings settings;
  private final HttpServerOptions options;
  private final ConnectionCount open;
  private final Map<HttpConnection, Connection> connections = new HashMap<>();

  Connections(Vertx vertx, ApiSettings settings, HttpServerOptions options, ConnectionCount open) {
    this.settings = settings;
    this.options = options;
    this.open = open;
    vertx.setPeriodic(sweepMillis(settings), _ -> sweep());
  }

  private static long sweepMillis(ApiSettings settings) {
    long shortest =
        Stream.of(
                Optional.of(settings.headerTimeout()),
                Optional.of(settings.keepAlive()),
                settings.readIdle(),
                settings.writeIdle())
            .flatMap(Optional::stream)
            .mapToLong(Duration::toMillis)
            .min()
            .orElse(SWEEP_MOST_MILLIS);
    return Math.clamp(shortest / SWEEP_FRACTION, SWEEP_LEAST_MILLIS, SWEEP_MOST_MILLIS);
  }

  /** A connection's first request has come. Beyond the limit it is closed at once. */
  void opened(HttpConnection http) {
    var connection = new Connection(http);
    if (connection.context != null
        && !AcceptGuard.admit(
            connection.context.channel(), settings.headerTimeout(), options, open)) {
      http.close();
      return;
    }
    connections.put(http, connection);
    // Without a handler, Vert.x reports each client that resets its connection as an error.
    http.exceptionHandler(
        cause -> LOG.atDebug().addKeyValue("error", cause.toString()).log("a connection failed"));
    http.closeHandler(_ -> connections.remove(http));
  }

  /** A request's header has come. */
  Connection.Activity begun(HttpConnection connection) {
    var known = connections.get(connection);
    return known == null ? new Connection(connection).begin() : known.begin();
  }

  /** What follows on a connection is not read as requests any more; it is about to be closed. */
  void refuse(HttpConnection http) {
    var connection = connections.get(http);
    if (connection != null) {
      connection.refused = true;
    }
  }

  boolean isRefused(HttpConnection http) {
    var connection = connections.get(http);
    return connection != null && connection.refused;
  }

  /** The certificate that the client has shown, and that was verified. */
  Optional<X509Certificate> certificate(HttpConnection http) {
    var connection = connections.get(http);
    return connection == null ? Optional.empty() : connection.certificate;
  }

  int count() {
    return open.all();
  }

  private void sweep() {
    long now = System.nanoTime();
    for (var connection : List.copyOf(connections.values())) {
      if (connection.isIdle(now, settings)) {
        connection.cut();
      }
    }
  }

  /** One connection, with the requests on it that are being answered. */
  static final class Connection {
    private final HttpConnection http;
    private final List<Activity> activities = new ArrayList<>();
    private final @Nullable ChannelHandlerContext context;
    private final Optional<X509Certificate> certificate;
    private boolean first = true;
    private boolean refused;
    private long quietSince = System.nanoTime();
    private @Nullable Object writing;
    private long written;
    private long writtenAt;

    private Connection(HttpConnection http) {
      this.http = http;
      this.certificate = shown(http.sslSession());
      this.context =
          http instanceof io.vertx.core.http.impl.HttpServerConnection server
              ? server.channelHandlerContext()
              : null;
    }

    /**
     * At once, past Vert.x, which would first write what is waiting: whoever takes nothing would
     * never see the end of that.
     */
    private void cut() {
      if (context == null) {
        http.close();
      } else {
        var unused = context.close();
      }
    }

    private static Optional<X509Certificate> shown(@Nullable SSLSession session) {
      try {
        return session != null && session.getPeerCertificates()[0] instanceof X509Certificate it
            ? Optional.of(it)
            : Optional.empty();
      } catch (SSLPeerUnverifiedException _) {
        return Optional.empty();
      }
    }

    private Activity begin() {
      first = false;
      var activity = new Activity(this);
      activities.add(activity);
      return activity;
    }

    private boolean isIdle(long now, ApiSettings settings) {
      if (activities.isEmpty()) {
        var patience = first ? settings.headerTimeout() : settings.keepAlive();
        return now - quietSince > patience.toNanos();
      }
      return isNotReading(now, settings.writeIdle())
          || activities.stream()
              .anyMatch(activity -> activity.isNotSending(now, settings.readIdle()));
    }

    /** Whether there is something to write, and it is the same as it was for all the time. */
    private boolean isNotReading(long now, Optional<Duration> patience) {
      @Nullable ChannelOutboundBuffer buffer =
          context == null ? null : context.channel().unsafe().outboundBuffer();
      @Nullable Object current = buffer == null ? null : buffer.current();
      if (buffer == null || current == null) {
        writing = null;
        return false;
      }
      long progress = buffer.currentProgress();
      if (current != writing || progress != written) {
        writing = current;
        written = progress;
        writtenAt = now;
        return false;
      }
      return patience.isPresent() && now - writtenAt > patience.get().toNanos();
    }

    /** A request that is being answered; HTTP/2 has several on a connection. */
    static final class Activity {
      private final Connection connection;
      private boolean awaitingBody;
      private long lastByte;

      private Activity(Connection connection) {
        this.connection = connection;
      }

      /** We read the body: from now on, and from each byte on, the next one is due. */
      void awaitBody() {
        awaitingBody = true;
        lastByte = System.nanoTime();
      }

      /** The body is complete, or we hold it back. */
      void stopAwaiting() {
        awaitingBody = false;
      }

      /** The answer is done. */
      void end() {
        connection.activities.remove(this);
        connection.quietSince = System.nanoTime();
      }

      private boolean isNotSending(long now, Optional<Duration> patience) {
        return awaitingBody && patience.isPresent() && now - lastByte > patience.get().toNanos();
      }
    }
  }
}
