package io.sluice.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * {@code http.ratelimit}: requests per second and client address; more are answered with 429.
 *
 * @param rate for all methods together; empty for no limit
 * @param methods limits of single methods
 */
public record RateLimitConfig(Optional<Integer> rate, List<MethodRate> methods) {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  /** The limit of a method, which is in upper case. */
  public record MethodRate(String method, int rate) {}

  static RateLimitConfig read(Section limit) {
    return new RateLimitConfig(
        limit.integer("rate", 1, Integer.MAX_VALUE),
        limit.sections("methods").stream().map(RateLimitConfig::readMethod).toList());
  }

  private static MethodRate readMethod(Section entry) {
    var method = entry.string("method").map(text -> text.toUpperCase(Locale.ROOT));
    var expected = "an HTTP method such as GET";
    entry.required(method, "method", "GET", expected);
    entry.require(
        method.isEmpty() || METHODS.contains(method.get()),
        "method",
        "is not a method that we serve",
        expected);
    var rate = entry.integer("rate", 1, Integer.MAX_VALUE);
    return new MethodRate(
        method.orElse("GET"), entry.required(rate, "rate", 1, "requests per second"));
  }
}
