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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up where log lines go, and which: to the standard output or a file, as JSON, or for people
 * when the standard output is a terminal.
 */
public final class Logging {

  /*
   * Lines are written by a thread of their own, since a terminal or a pipe that nobody reads must not stop an event loop.
   * When so many lines wait, further ones are lost. Queue and thread stay when the target is another one: so those who log
   * never meet a moment without an appender.
   */
  private static final int QUEUE = 8192;

  private static final int FLUSH_MILLIS = 2000;

  /** The logger of what has changed the registry, and of what was refused. */
  private static final String AUDIT = "io.sluice.audit";

  private static @Nullable Sink sink;
  private static @Nullable Sink audit;

  private Logging() {}

  /**
   * Replaces whatever was set up before. Done again, it opens the file anew, so that one which was
   * renamed is left alone from then on; no line is lost, and those that waited go to the new place.
   * Blocks.
   *
   * @throws IOException if the log file can't be written to; then nothing has changed
   */
  public static synchronized void start(LogConfig config) throws IOException {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    // Logback would only complain to itself about a file that it can't open.
    check(config);
    var target =
        config.output().isPresent() ? file(context, config.output().get()) : standard(context);
    if (sink == null) {
      context.reset();
      audit = null;
      sink = queued(context, Logger.ROOT_LOGGER_NAME, target);
    } else if (target instanceof FileAppender || sink.isFile()) {
      sink.replace(target);
    }
    setLevels(context, level(config.level()));
    startAudit(context, config);
  }

  /** In a file of its own, whatever the level of the log is; or nowhere. */
  private static void startAudit(LoggerContext context, LogConfig config) throws IOException {
    var logger = context.getLogger(AUDIT);
    logger.setAdditive(false);
    if (config.audit().isPresent()) {
      var target = file(context, config.audit().get());
      if (audit == null) {
        audit = queued(context, AUDIT, target);
      } else {
        audit.replace(target);
      }
    }
    logger.setLevel(config.audit().isPresent() ? Level.INFO : Level.OFF);
  }

  /**
   * Finds out whether {@link #start} could write to the files. Blocks; makes those that are not
   * there.
   *
   * @throws IOException if it couldn't
   */
  public static void check(LogConfig config) throws IOException {
    for (var file : Stream.concat(config.output().stream(), config.audit().stream()).toList()) {
      Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    }
  }

  /** Writes what waits, and stops. */
  public static synchronized void stop() {
    sink = null;
    audit = null;
    ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
  }

  private static Sink queued(
      LoggerContext context, String logger, OutputStreamAppender<ILoggingEvent> target) {
    var made = new Sink(target);
    made.setContext(context);
    made.start();
    var queue = new AsyncAppender();
    queue.setContext(context);
    queue.setQueueSize(QUEUE);
    queue.setDiscardingThreshold(0);
    queue.setNeverBlock(true);
    queue.setMaxFlushTime(FLUSH_MILLIS);
    queue.addAppender(made);
    queue.start();
    context.getLogger(logger).addAppender(queue);
    return made;
  }

  private static void setLevels(LoggerContext context, Level level) {
    // Libraries are of interest only to those who look for a defect.
    context
        .getLogger(Logger.ROOT_LOGGER_NAME)
        .setLevel(level.isGreaterOrEqual(Level.WARN) || level == Level.TRACE ? level : Level.WARN);
    context.getLogger("io.sluice").setLevel(level);
    // Vert.x takes it for an error when a client leaves in the middle of an answer; the access
    // log has that.
    context
        .getLogger("io.vertx.core.net.impl.VertxConnection")
        .setLevel(level.isGreaterOrEqual(Level.INFO) ? Level.OFF : null);
  }

  private static OutputStreamAppender<ILoggingEvent> standard(LoggerContext context) {
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    return started(
        context, new ConsoleAppender<>(), terminal ? new TerminalLines() : new JsonLines());
  }

  private static OutputStreamAppender<ILoggingEvent> file(LoggerContext context, Path path)
      throws IOException {
    var appender = new FileAppender<ILoggingEvent>();
    appender.setFile(path.toString());
    var file = started(context, appender, new JsonLines());
    if (!file.isStarted()) {
      throw new IOException(path.toString());
    }
    return file;
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
