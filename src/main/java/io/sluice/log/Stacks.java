package io.sluice.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;

/** The stack traces of log events. */
final class Stacks {
  private Stacks() {}

  /** As text that ends with a line's end; empty if the event has none. */
  static String of(ILoggingEvent event) {
    var thrown = event.getThrowableProxy();
    return thrown == null ? "" : ThrowableProxyUtil.asString(thrown);
  }
}
