package io.sluice.sync.upstream;

import java.net.URI;
import java.util.Locale;

/**
 * Who is spoken to: scheme, host and port, which must all be the same for credentials to be sent.
 *
 * @param host in lower case; an IPv6 address in brackets
 */
record Origin(boolean tls, String host, int port) {

  static Origin of(URI url) {
    boolean tls = "https".equalsIgnoreCase(url.getScheme());
    int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
    return new Origin(tls, url.getHost().toLowerCase(Locale.ROOT), port);
  }

  /** The host, with the port if that is not the usual one: what a login is kept under. */
  String name() {
    return port == (tls ? 443 : 80) ? host : host + ":" + port;
  }

  /** The host as a resolver takes it. */
  String plainHost() {
    return isLiteralIpv6() ? host.substring(1, host.length() - 1) : host;
  }

  boolean isLiteralIpv6() {
    return host.startsWith("[");
  }
}
