package io.sluice.api;

import io.sluice.config.Cidr;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
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
    var header = request.getHeader("X-Forwarded-For");
    if (header == null || !isTrusted(peer)) {
      return peer;
    }
    var hops = header.split(",");
    for (int i = hops.length - 1; i >= 0; i--) {
      var hop = hops[i].strip();
      if (!IP.matcher(hop).matches()) {
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

  private boolean isTrusted(String address) {
    if (trusted.isEmpty() || !IP.matcher(address).matches()) {
      return false;
    }
    try {
      var parsed = InetAddress.getByName(address);
      return trusted.stream().anyMatch(network -> network.contains(parsed));
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
