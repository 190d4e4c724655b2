package io.sluice.sync.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressKindTest {

  @ParameterizedTest
  @CsvSource({
    "8.8.8.8, PUBLIC",
    "2606:4700::1111, PUBLIC",
    "127.0.0.1, LOOPBACK",
    "127.8.9.10, LOOPBACK",
    "::1, LOOPBACK",
    "::ffff:127.0.0.1, LOOPBACK",
    "10.1.2.3, PRIVATE",
    "172.16.0.1, PRIVATE",
    "172.31.255.255, PRIVATE",
    "172.32.0.1, PUBLIC",
    "192.168.0.1, PRIVATE",
    "::ffff:192.168.0.1, PRIVATE",
    "fd12:3456::1, PRIVATE",
    "fc00::1, PRIVATE",
    "fec0::1, PRIVATE",
    "2002:a00:1::, PRIVATE",
    "64:ff9b::10.0.0.1, PRIVATE",
    "64:ff9b::8.8.8.8, PUBLIC",
    "169.254.169.254, LINK_LOCAL",
    "fe80::1, LINK_LOCAL",
    "64:ff9b::169.254.169.254, LINK_LOCAL",
    "100.64.0.1, SHARED",
    "100.127.255.255, SHARED",
    "100.128.0.1, PUBLIC",
    "224.0.0.1, MULTICAST",
    "ff02::1, MULTICAST",
    "0.0.0.0, RESERVED",
    "0.1.2.3, RESERVED",
    "::, RESERVED",
    "::7f00:1, RESERVED",
    "2001::1, RESERVED",
    "198.18.0.1, RESERVED",
    "255.255.255.255, RESERVED",
  })
  void everyAddressIsOfAKind(String address, AddressKind kind) throws UnknownHostException {
    assertThat(AddressKind.of(InetAddress.getByName(address))).isEqualTo(kind);
  }
}
