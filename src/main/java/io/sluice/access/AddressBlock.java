package io.sluice.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;

/**
 * What counts as one client: an IPv4 address, or the 64 bits of an IPv6 network, since whoever has
 * one address of that has them all (RFC 6177).
 */
public final class AddressBlock {
  private AddressBlock() {}

  /** A key that is the same for all addresses of a client; never looks up a name. */
  public static String of(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    try {
      var parsed = InetAddress.ofLiteral(address);
      return parsed instanceof Inet6Address
          ? HexFormat.of().formatHex(parsed.getAddress(), 0, 8)
          : String.valueOf(parsed.getHostAddress());
    } catch (IllegalArgumentException _) {
      return address;
    }
  }
}
