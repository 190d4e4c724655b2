package io.sluice.sync.upstream;

import io.sluice.sync.login.LoginSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Docker Hub is called otherwise than it is spoken to, and so are its official images. */
final class DockerHub {
  private static final Origin REGISTRY = new Origin(true, "registry-1.docker.io", 443);

  /** What people write for it. */
  private static final List<String> NAMES =
      List.of("docker.io", "index.docker.io", REGISTRY.host());

  private DockerHub() {}

  /** Where a registry is that an operator has written so. */
  static Origin spokenTo(Origin written) {
    return isMeantBy(written) ? REGISTRY : written;
  }

  /** Its login may be kept under any of its names. */
  static Optional<LoginSource> login(
      Origin written, Function<String, Optional<LoginSource>> logins) {
    var own = logins.apply(written.name());
    return isMeantBy(written)
        ? own.or(() -> NAMES.stream().flatMap(name -> logins.apply(name).stream()).findFirst())
        : own;
  }

  /** How a repository is called at a registry: {@code library/alpine} for {@code alpine}. */
  static String repository(Origin registry, String name) {
    return registry.equals(REGISTRY) && name.indexOf('/') < 0 ? "library/" + name : name;
  }

  private static boolean isMeantBy(Origin written) {
    return NAMES.contains(written.name());
  }
}
