package io.sluice.api;

import io.sluice.config.Cidr;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who the client is, and by which address it calls us, behind proxies that are trusted; others are
 * not believed.
 */
final class Forwarded {
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9.-]+(?::\\d{1,5})?|\\[[0-9A-Fa-f:.]+](?::\\d{1,5})?");
  private static final Pattern IP = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

  private final List<Cidr> trusted;

  Forwarded(List<Cidr> trusted) {
    this.trusted = trusted;
  }

  /**
   * The client's address: of those in {@code X-Forwarded-For}, the last that is not a trusted
   * proxy's.
   */
  String clientAddress(HttpServerRequest request) {
    var peer = peer(request);
    // Some proxies add a line of their own below the one that the client has made up.
    var lines = request.headers().getAll("X-Forwarded-For");
    if (lines.isEmpty() || !isTrusted(peer)) {
      return peer;
    }
    var hops = String.join(",", lines).split(",", -1);
    for (int i = hops.length - 1; i >= 0; i--) {
      var hop = hops[i].strip();
      if (address(hop).isEmpty()) {
        return peer;
      }
      if (i == 0 || !isTrusted(hop)) {
        return hop;
      }
    }
    return peer;
  }

  /** Scheme and authority as the client sees them, without a slash at the end. */
  String base(HttpServerRequest request) {
    boolean believed = isTrusted(peer(request));
    var proto = believed ? request.getHeader("X-Forwarded-Proto") : null;
    var forwardedHost = believed ? request.getHeader("X-Forwarded-Host") : null;
    var scheme =
        proto != null && (proto.equals("http") || proto.equals("https"))
            ? proto
            : request.isSSL() ? "https" : "http";
    if (forwardedHost != null && HOST.matcher(forwardedHost).matches()) {
      return scheme + "://" + forwardedHost;
    }
    var authority = request.authority();
    return authority == null || !HOST.matcher(authority.toString()).matches()
        ? ""
        : scheme + "://" + authority;
  }

  private static String peer(HttpServerRequest request) {
    var address = request.remoteAddress();
    var host = address == null ? null : address.hostAddress();
    return host == null ? "" : host;
  }

  private boolean isTrusted(String text) {
    return address(text)
        .filter(address -> trusted.stream().anyMatch(network -> network.contains(address)))
        .isPresent();
  }

  /** Never looks up a name: the text may be anybody's, and a name such as {@code dead.beef}. */
  private static Optional<InetAddress> address(String text) {
    try {
      return IP.matcher(text).matches()
          ? Optional.of(InetAddress.ofLiteral(text))
          : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
