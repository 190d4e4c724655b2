package io.sluice.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a log must not have: blocked event loops, buffers that leaked, requests that failed by
 * a defect, and every other error.
 */
final class LogWatch extends AppenderBase<ILoggingEvent> {
  private static final LogWatch INSTANCE = install();

  private final List<String> complaints = new ArrayList<>();

  private LogWatch() {}

  private static LogWatch install() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    var watch = new LogWatch();
    watch.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
    watch.start();
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(watch);
    return watch;
  }

  static LogWatch get() {
    return INSTANCE;
  }

  @Override
  protected void append(ILoggingEvent event) {
    boolean blocked = event.getLoggerName().contains("BlockedThreadChecker");
    if (event.getLevel().isGreaterOrEqual(Level.ERROR)
            && !isDeparture(event)
            && !isLostByALibrary(event)
            && !isToldAfterTheEnd(event)
        || blocked && event.getLevel().isGreaterOrEqual(Level.WARN)) {
      var thrown = event.getThrowableProxy();
      synchronized (complaints) {
        complaints.add(
            event
                + " "
                + event.getLoggerName()
                + " "
                + event.getThreadName()
                + " "
                + event.getKeyValuePairs()
                + (thrown == null ? "" : "\n" + ThrowableProxyUtil.asString(thrown)));
      }
    }
  }

  /**
   * How Vert.x says that a client went away while a file was sent to it, or that what began like
   * HTTP/2 wasn't; we are not asked.
   */
  private static boolean isDeparture(ILoggingEvent event) {
    return event.getLoggerName().equals("io.vertx.core.net.impl.VertxConnection")
        || String.valueOf(event.getFormattedMessage())
            .startsWith("First received frame was not SETTINGS");
  }

  /**
   * A buffer that a library's own handler had last. Vert.x keeps what it has read for a paused
   * request, and loses it with the connection; the AWS SDK's publisher does the same with what its
   * subscriber has cancelled. Nothing of ours ever sees such a buffer, only copies.
   */
  private static boolean isLostByALibrary(ILoggingEvent event) {
    var message = String.valueOf(event.getFormattedMessage());
    int records = message.indexOf("Recent access records");
    int hint = Math.max(0, message.indexOf("Hint: ", records));
    return message.startsWith("LEAK: ByteBuf")
        && records >= 0
        && (message.startsWith("Hint: 'handler' will handle", hint)
            || message.startsWith("Hint: 'HttpStreamsClientHandler-body-publisher' will", hint));
  }

  /** The AWS SDK's client was closed, and a connection of it ended after its event loop had. */
  private static boolean isToldAfterTheEnd(ILoggingEvent event) {
    return event.getLoggerName().equals("io.netty.util.concurrent.DefaultPromise.rejectedExecution")
        && event.getThreadName().startsWith("sluice-s3");
  }

  /** What was complained of since the last call. */
  List<String> take() {
    synchronized (complaints) {
      var taken = List.copyOf(complaints);
      complaints.clear();
      return taken;
    }
  }
}
