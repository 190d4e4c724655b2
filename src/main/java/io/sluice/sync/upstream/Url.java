package io.sluice.sync.upstream;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a request goes. Its query may be as good as a password (signed URLs), so its text form has
 * none.
 *
 * @param target path and query, never empty
 */
record Url(Origin origin, String target) {

  /** Reads an absolute URL of http or https; empty for anything else, or if it holds a user. */
  static Optional<Url> parse(String text) {
    try {
      return of(URI.create(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** What a {@code Location} or {@code Link} here points to, relative to this or absolute. */
  Optional<Url> resolve(String reference) {
    try {
      return of(base().resolve(reference));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private URI base() {
    var scheme = origin.tls() ? "https" : "http";
    return URI.create(scheme + "://" + origin.host() + ":" + origin.port() + target);
  }

  private static Optional<Url> of(URI uri) {
    var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")
        || uri.getHost() == null
        || uri.getRawUserInfo() != null) {
      return Optional.empty();
    }
    var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    var query = uri.getRawQuery();
    return Optional.of(new Url(Origin.of(uri), query == null ? path : path + "?" + query));
  }

  @Override
  public String toString() {
    int query = target.indexOf('?');
    return origin.name() + (query < 0 ? target : target.substring(0, query));
  }
}
