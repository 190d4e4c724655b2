package io.sluice.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
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
  private static final long SWEEP_MILLIS = 1000;

  private final ApiSettings settings;
  private final AtomicInteger open;
  private final Map<HttpConnection, Connection> connections = new HashMap<>();

  Connections(Vertx vertx, ApiSettings settings, AtomicInteger open) {
    this.settings = settings;
    this.open = open;
    vertx.setPeriodic(SWEEP_MILLIS, _ -> sweep());
  }

  /** A connection was opened. Beyond the limit it is closed at once: that costs least. */
  void opened(HttpConnection connection) {
    if (open.incrementAndGet() > settings.maxConnections()) {
      open.decrementAndGet();
      connection.close();
      return;
    }
    connections.put(connection, new Connection(connection));
    // Without a handler, Vert.x reports each client that resets its connection as an error.
    connection.exceptionHandler(
        cause -> LOG.atDebug().addKeyValue("error", cause.toString()).log("a connection failed"));
    connection.closeHandler(
        _ -> {
          connections.remove(connection);
          open.decrementAndGet();
        });
  }

  /** A request's header has come. */
  Connection.Activity begun(HttpConnection connection) {
    var known = connections.get(connection);
    return known == null ? new Connection(connection).begin() : known.begin();
  }

  int count() {
    return open.get();
  }

  private void sweep() {
    long now = System.nanoTime();
    for (var connection : List.copyOf(connections.values())) {
      if (connection.isIdle(now, settings)) {
        connection.http.close();
      }
    }
  }

  /** One connection, with the requests on it that are being answered. */
  static final class Connection {
    private final HttpConnection http;
    private final List<Activity> activities = new ArrayList<>();
    private final @Nullable Channel channel;
    private boolean first = true;
    private long quietSince = System.nanoTime();
    private @Nullable Object writing;
    private long written;
    private long writtenAt;

    private Connection(HttpConnection http) {
      this.http = http;
      this.channel =
          http instanceof io.vertx.core.http.impl.HttpServerConnection server
              ? server.channelHandlerContext().channel()
              : null;
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
          channel == null ? null : channel.unsafe().outboundBuffer();
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
