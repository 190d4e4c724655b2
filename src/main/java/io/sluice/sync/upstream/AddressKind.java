package io.sluice.sync.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Which network an address belongs to (RFC 6890 and IANA's special-purpose registries). */
enum AddressKind {
  PUBLIC,
  LOOPBACK,
  /** Clouds have their metadata services here. */
  LINK_LOCAL,
  /** RFC 1918, and the unique local addresses of IPv6. */
  PRIVATE,
  /** Between a provider and its customers (RFC 6598). */
  SHARED,
  MULTICAST,
  /** Of no host, of all hosts, or of none that is meant to be reached from here. */
  RESERVED;

  /** By the address itself; one that holds an IPv4 address counts as that. */
  static AddressKind of(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return LOOPBACK;
    }
    if (address.isLinkLocalAddress()) {
      return LINK_LOCAL;
    }
    if (address.isMulticastAddress()) {
      return MULTICAST;
    }
    if (address.isAnyLocalAddress()) {
      return RESERVED;
    }
    if (address.isSiteLocalAddress()) {
      return PRIVATE;
    }
    var bytes = address.getAddress();
    return bytes.length == 4 ? ofIpv4(bytes) : ofIpv6(bytes);
  }

  private static AddressKind ofIpv4(byte[] bytes) {
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    if (first == 100 && second >= 64 && second < 128) {
      return SHARED;
    }
    boolean reserved =
        first == 0
            || first >= 240
            || first == 192 && second == 0 && bytes[2] == 0
            || first == 198 && (second == 18 || second == 19);
    return reserved ? RESERVED : PUBLIC;
  }

  private static AddressKind ofIpv6(byte[] bytes) {
    if ((bytes[0] & 0xfe) == 0xfc) {
      return PRIVATE;
    }
    int first = (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
    int second = (bytes[2] & 0xff) << 8 | bytes[3] & 0xff;
    if (first == 0x2002) {
      return embedded(bytes, 2); // 6to4
    }
    if (first == 0x64 && second == 0xff9b) {
      return embedded(bytes, 12); // NAT64
    }
    boolean mapped = allZero(bytes, 10) && bytes[10] == -1 && bytes[11] == -1;
    if (mapped) {
      return embedded(bytes, 12);
    }
    boolean teredo = first == 0x2001 && second == 0;
    return first == 0 || teredo ? RESERVED : PUBLIC;
  }

  private static AddressKind embedded(byte[] bytes, int at) {
    try {
      return of(InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + 4)));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static boolean allZero(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
