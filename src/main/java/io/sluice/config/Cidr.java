package io.sluice.config;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A block of IP addresses, {@code 10.0.0.0/8} or {@code fd00::/8}; a single address is a block of
 * one. IPv4 addresses mapped into IPv6 are those IPv4 addresses.
 *
 * @param network the address as written; bits beyond the prefix don't matter
 * @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Cidr(InetAddress network, int prefixLength) {
  static final String EXPECTED = "an address or block such as 10.0.0.0/8, 192.0.2.7 or fd00::/8";

  private static final Pattern SYNTAX =
      Pattern.compile(
          "([0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(?:/([0-9]{1,3}))?");

  public Cidr {
    if (prefixLength < 0 || prefixLength > network.getAddress().length * 8) {
      throw new IllegalArgumentException("has a prefix length that does not fit its address");
    }
  }

  /**
   * Parses a block or an address; names are never looked up.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Cidr parse(String text) {
    var matcher = SYNTAX.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("is neither an IP address nor a block of them");
    }
    var address = InetAddress.ofLiteral(matcher.group(1));
    var length = matcher.group(2);
    return new Cidr(
        address, length == null ? address.getAddress().length * 8 : Integer.parseInt(length));
  }

  /** Whether the address lies in this block; never true between IPv4 and IPv6. */
  public boolean contains(InetAddress address) {
    var own = network.getAddress();
    var other = address.getAddress();
    if (own.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < prefixLength; bit += 8) {
      int mask = prefixLength - bit >= 8 ? 0xff : 0xff << (8 - (prefixLength - bit));
      if (((own[bit / 8] ^ other[bit / 8]) & mask & 0xff) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return network.getHostAddress() + "/" + prefixLength;
  }
}
