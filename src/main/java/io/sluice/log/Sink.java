package io.sluice.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.FileAppender;

/**
 * Where lines go at the time. The lock is hardly ever waited for: only the queue's own thread
 * writes.
 */
final class Sink extends AppenderBase<ILoggingEvent> {
  private volatile Appender<ILoggingEvent> target;

  /** The target is started, and this one's to stop. */
  Sink(Appender<ILoggingEvent> target) {
    this.target = target;
  }

  /** Else there is nothing to open anew. Never waits for somebody to take a line. */
  boolean isFile() {
    return target instanceof FileAppender;
  }

  /** Every later line goes there; the former target is stopped once it has written its last. */
  synchronized void replace(Appender<ILoggingEvent> next) {
    var former = target;
    target = next;
    former.stop();
  }

  @Override
  protected synchronized void append(ILoggingEvent event) {
    target.doAppend(event);
  }

  @Override
  public synchronized void stop() {
    super.stop();
    target.stop();
  }
}
