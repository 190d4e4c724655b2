package io.sluice.config;

import java.time.LocalTime;
import java.util.regex.Pattern;

/**
 * A part of every day in UTC, written {@code 22:00-04:30}; it may pass midnight.
 *
 * @param start included
 * @param end not included, and never equal to the start
 */
public record TimeWindow(LocalTime start, LocalTime end) {
  static final String EXPECTED = "HH:MM-HH:MM in UTC, such as 22:00-04:30";

  private static final Pattern SYNTAX =
      Pattern.compile("([01]?[0-9]|2[0-3]):([0-5][0-9])-([01]?[0-9]|2[0-3]):([0-5][0-9])");

  public TimeWindow {
    if (start.equals(end)) {
      throw new IllegalArgumentException("starts when it ends");
    }
  }

  /**
   * Parses a window.
   *
   * @throws IllegalArgumentException if it is none, or starts when it ends
   */
  public static TimeWindow parse(String text) {
    var matcher = SYNTAX.matcher(text.replace(" ", ""));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("is not a time window");
    }
    return new TimeWindow(
        LocalTime.of(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))),
        LocalTime.of(Integer.parseInt(matcher.group(3)), Integer.parseInt(matcher.group(4))));
  }

  /** Whether a time of day in UTC lies in the window. */
  public boolean contains(LocalTime time) {
    return start.isBefore(end)
        ? !time.isBefore(start) && time.isBefore(end)
        : !time.isBefore(start) || time.isBefore(end);
  }
}
