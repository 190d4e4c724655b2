package io.sluice.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * For people: the local time, the level in colour, the message, and the fields behind it. Control
 * characters of clients are shown, not obeyed.
 */
final class TerminalLines extends EncoderBase<ILoggingEvent> {
  private static final byte[] NONE = {};
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
  private static final String FAINT = "\u001b[2m";
  private static final String RED = "\u001b[31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String PLAIN = "\u001b[0m";

  @Override
  public byte[] headerBytes() {
    return NONE;
  }

  @Override
  public byte[] footerBytes() {
    return NONE;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    var line = new StringBuilder(160);
    line.append(FAINT).append(TIME.format(event.getInstant())).append(PLAIN).append(' ');
    var level = event.getLevel();
    line.append(level.isGreaterOrEqual(Level.ERROR) ? RED : level == Level.WARN ? YELLOW : PLAIN);
    line.append("%-5s".formatted(level)).append(PLAIN).append(' ');
    appendSafely(line, event.getFormattedMessage());
    var fields = event.getKeyValuePairs();
    if (fields != null) {
      for (var field : fields) {
        line.append(' ').append(FAINT).append(field.key).append('=').append(PLAIN);
        appendSafely(line, String.valueOf(field.value));
      }
    }
    line.append('\n').append(Stacks.of(event));
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void appendSafely(StringBuilder line, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        line.append("\\u%04x".formatted((int) c));
      } else {
        line.append(c);
      }
    }
  }
}
