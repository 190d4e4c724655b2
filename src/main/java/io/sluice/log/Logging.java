package io.sluice.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.sluice.config.LogConfig;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up where log lines go, and which: to the standard output or a file, as JSON, or for people
 * when the standard output is a terminal.
 */
public final class Logging {

  /*
   * Lines are written by a thread of their own, since a terminal or a pipe that nobody reads must not stop an event loop.
   * When so many lines wait, further ones are lost.
   */
  private static final int QUEUE = 8192;

  private static final int FLUSH_MILLIS = 2000;

  /** The logger of what has changed the registry, and of what was refused. */
  private static final String AUDIT = "io.sluice.audit";

  private Logging() {}

  /**
   * Replaces whatever was set up before.
   *
   * @throws IOException if the log file can't be written to
   */
  public static void start(LogConfig config) throws IOException {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    var queue =
        queue(
            context,
            config.output().isPresent() ? file(context, config.output().get()) : standard(context));
    var level = level(config.level());
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(queue);
    // Libraries are of interest only to those who look for a defect.
    root.setLevel(level.isGreaterOrEqual(Level.WARN) || level == Level.TRACE ? level : Level.WARN);
    context.getLogger("io.sluice").setLevel(level);
    audit(context, config);
    if (level.isGreaterOrEqual(Level.INFO)) {
      // Vert.x takes it for an error when a client leaves in the middle of an answer; the access
      // log has that.
      context.getLogger("io.vertx.core.net.impl.VertxConnection").setLevel(Level.OFF);
    }
  }

  /** In a file of its own, whatever the level of the log is; or nowhere. */
  private static void audit(LoggerContext context, LogConfig config) throws IOException {
    var logger = context.getLogger(AUDIT);
    logger.setAdditive(false);
    logger.setLevel(config.audit().isPresent() ? Level.INFO : Level.OFF);
    if (config.audit().isPresent()) {
      logger.addAppender(queue(context, file(context, config.audit().get())));
    }
  }

  /** Writes what waits, and stops. */
  public static void stop() {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
  }

  private static AsyncAppender queue(
      LoggerContext context, OutputStreamAppender<ILoggingEvent> appender) {
    var queue = new AsyncAppender();
    queue.setContext(context);
    queue.setQueueSize(QUEUE);
    queue.setDiscardingThreshold(0);
    queue.setNeverBlock(true);
    queue.setMaxFlushTime(FLUSH_MILLIS);
    queue.addAppender(appender);
    queue.start();
    return queue;
  }

  private static OutputStreamAppender<ILoggingEvent> standard(LoggerContext context) {
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    return started(
        context, new ConsoleAppender<>(), terminal ? new TerminalLines() : new JsonLines());
  }

  private static OutputStreamAppender<ILoggingEvent> file(LoggerContext context, Path path)
      throws IOException {
    // Logback would only complain to itself about a file that it can't open.
    Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    var appender = new FileAppender<ILoggingEvent>();
    appender.setFile(path.toString());
    return started(context, appender, new JsonLines());
  }

  private static OutputStreamAppender<ILoggingEvent> started(
      LoggerContext context,
      OutputStreamAppender<ILoggingEvent> appender,
      Encoder<ILoggingEvent> encoder) {
    encoder.setContext(context);
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }

  private static Level level(LogConfig.Level level) {
    return switch (level) {
      case TRACE -> Level.TRACE;
      case DEBUG -> Level.DEBUG;
      case INFO -> Level.INFO;
      case WARN -> Level.WARN;
      case ERROR, FATAL, PANIC -> Level.ERROR;
    };
  }
}
