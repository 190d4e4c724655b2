package io.sluice.sync.upstream;

import io.sluice.sync.upstream.UpstreamStatus.RateLimit;
import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What a host's answers say of how much it may be asked. Confined to one context. */
final class RateLimits {
  private static final Duration DEFAULT = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofHours(1);

  private final LongSupplier nanos;
  private boolean limited;
  private long until;
  private Optional<RateLimit> told = Optional.empty();

  RateLimits(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Reads what any answer tells. */
  void read(MultiMap headers) {
    var remaining = number(headers.get("ratelimit-remaining"));
    if (remaining >= 0) {
      told = Optional.of(new RateLimit(remaining, number(headers.get("ratelimit-limit"))));
    }
  }

  /** The answer was 429: nothing is to be asked until the time that it names has passed. */
  Duration limit(MultiMap headers) {
    var pause = retryAfter(headers.get("Retry-After"), Instant.now());
    limited = true;
    until = nanos.getAsLong() + pause.toNanos();
    return pause;
  }

  /** Until it may be asked again; zero for now. */
  Duration left() {
    if (limited && until - nanos.getAsLong() <= 0) {
      limited = false;
    }
    return limited ? Duration.ofNanos(until - nanos.getAsLong()) : Duration.ZERO;
  }

  Optional<RateLimit> told() {
    return told;
  }

  /** Seconds, or a date (RFC 9110, 10.2.3); at least a second. */
  static Duration retryAfter(@Nullable String header, Instant now) {
    if (header == null) {
      return DEFAULT;
    }
    var text = header.strip();
    Duration asked;
    if (text.matches("[0-9]{1,9}")) {
      asked = Duration.ofSeconds(Long.parseLong(text));
    } else {
      try {
        var date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
        asked = Duration.between(now, date);
      } catch (DateTimeException _) {
        return DEFAULT;
      }
    }
    if (asked.compareTo(Duration.ofSeconds(1)) < 0) {
      return Duration.ofSeconds(1);
    }
    return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
  }

  /** The number before the parameters, as in {@code 98;w=21600}; -1 if there is none. */
  private static long number(@Nullable String header) {
    if (header == null) {
      return -1;
    }
    int end = header.indexOf(';');
    var text = (end < 0 ? header : header.substring(0, end)).strip();
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
  }
}
