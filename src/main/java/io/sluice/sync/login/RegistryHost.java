package io.sluice.sync.login;

import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * A registry's host as people write it, in a form that can be compared: lower case, and one name
 * for Docker Hub, which has three.
 *
 * @param name {@code docker.io} for each of Docker Hub's names
 * @param port 0 where it isn't said
 */
public record RegistryHost(String name, int port) {
  static final int HTTPS = 443;
  static final int HTTP = 80;

  private static final String DOCKER_HUB = "docker.io";
  private static final Set<String> OF_DOCKER_HUB =
      Set.of(DOCKER_HUB, "index.docker.io", "registry-1.docker.io");

  /**
   * Reads {@code host}, {@code host:port}, or a URL of which the rest has no meaning here, as in
   * {@code https://index.docker.io/v1/}. A scheme says the port, where none is written.
   *
   * @throws IllegalArgumentException where there is no host; the message doesn't repeat the text
   */
  public static RegistryHost parse(String text) {
    int scheme = text.indexOf("://");
    var rest = scheme < 0 ? text : text.substring(scheme + 3);
    int end = 0;
    while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    var authority = rest.substring(0, end);
    int colon = authority.lastIndexOf(':');
    boolean hasPort = colon > authority.lastIndexOf(']');
    var name = (hasPort ? authority.substring(0, colon) : authority).toLowerCase(Locale.ROOT);
    if (name.isEmpty() || !name.chars().allMatch(RegistryHost::isOfHost)) {
      throw new IllegalArgumentException("is not a host");
    }
    int port =
        hasPort
            ? port(authority.substring(colon + 1))
            : usualPort(scheme < 0 ? "" : text.substring(0, scheme));
    return new RegistryHost(OF_DOCKER_HUB.contains(name) ? DOCKER_HUB : name, port);
  }

  /** The host of a URL that is known to have one. */
  public static RegistryHost of(URI url) {
    return parse(url.getScheme() + "://" + url.getAuthority());
  }

  /** Whether both may mean the same: the same name, and the same port where both say one. */
  public boolean agreesWith(RegistryHost other) {
    return name.equals(other.name) && (port == 0 || other.port == 0 || port == other.port);
  }

  private static boolean isOfHost(int c) {
    return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || "-._[]:".indexOf(c) >= 0;
  }

  private static int port(String digits) {
    if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65_535) {
      throw new IllegalArgumentException("has no port behind its colon");
    }
    return Integer.parseInt(digits);
  }

  private static int usualPort(String scheme) {
    return switch (scheme.toLowerCase(Locale.ROOT)) {
      case "https" -> HTTPS;
      case "http" -> HTTP;
      default -> 0;
    };
  }
}
