package io.sluice.bench;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * The registry to load.
 *
 * @param base scheme, host and port; no path
 * @param authorization the header's value; never printed
 * @param insecure whether any certificate will do
 */
public record Target(URI base, Optional<String> authorization, boolean insecure) {

  /**
   * Parses what a user wrote, as in {@code https://registry.example.com:5000}.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static Target parse(String url, boolean insecure) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not a URL: " + url, e);
    }
    var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https") || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "not the URL of a registry, http://… or https://…: " + url);
    }
    if (uri.getUserInfo() != null) {
      throw new IllegalArgumentException("the URL holds a user: say it with --user");
    }
    if (uri.getRawQuery() != null || !uri.getPath().matches("/*(v2/*)?")) {
      throw new IllegalArgumentException("the URL has a path, but a registry is at /v2/: " + url);
    }
    return new Target(
        URI.create(scheme + "://" + uri.getRawAuthority()), Optional.empty(), insecure);
  }

  /** With a name and password, sent with every request to this registry. */
  public Target withUser(String name, String password) {
    var pair = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
    return new Target(
        base, Optional.of("Basic " + Base64.getEncoder().encodeToString(pair)), insecure);
  }

  /** Whether a URL is at this registry, so that it may see the credentials. */
  boolean isAt(URI other) {
    return base.getHost().equalsIgnoreCase(other.getHost()) && portOf(base) == portOf(other);
  }

  static boolean isTls(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  static int portOf(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : isTls(uri) ? 443 : 80;
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
