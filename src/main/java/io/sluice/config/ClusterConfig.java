package io.sluice.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code cluster}: Zot's way to spread repositories over several instances.
 *
 * @param members {@code host:port} of all instances, at least one
 * @param hashKey the 16 characters that seed the distribution
 * @param tls how members speak to each other; empty for plain HTTP
 */
public record ClusterConfig(List<String> members, Secret hashKey, Optional<Tls> tls) {

  /** A member's certificate and key, and the authority that signed those of the others. */
  public record Tls(Optional<Path> cert, Optional<Path> key, Optional<Path> caCert) {}

  static ClusterConfig read(Section cluster) {
    var expected = "at least one host:port";
    var members = cluster.list("members", ClusterConfig::member, expected);
    if (cluster.strings("members").isEmpty()) {
      cluster.problem("members", "are missing", expected);
    }
    var hashKey = cluster.secret("hashKey");
    if (hashKey.filter(key -> key.value().length() == 16).isEmpty()) {
      cluster.problem(
          "hashKey",
          hashKey.isEmpty() ? "" : Secret.MASK,
          "is not of the right length",
          "exactly 16 characters");
    }
    return new ClusterConfig(
        members,
        hashKey.orElse(new Secret("")),
        cluster.section("tls").map(ClusterConfig::readTls));
  }

  private static Tls readTls(Section tls) {
    return new Tls(tls.path("cert"), tls.path("key"), tls.path("cacert"));
  }

  private static String member(String text) {
    if (!text.matches("[^\\s/]+:[0-9]{1,5}")) {
      throw new IllegalArgumentException("is not a host with a port");
    }
    return text;
  }
}
