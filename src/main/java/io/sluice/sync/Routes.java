package io.sluice.sync;

import io.sluice.config.SyncRegistryConfig;
import io.sluice.config.SyncRegistryConfig.Content;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.sync.login.RegistryHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which upstreams the name of a repository goes to, and by which name it is known there: the rules
 * of {@code extensions.sync.registries[].content}. Immutable; asked for every manifest and blob.
 *
 * <p>Of each registry the first entry that matches counts; a registry without entries has every
 * name, as it is. Filters of tags are for the mirror, never on demand. That Docker Hub knows {@code
 * alpine} as {@code library/alpine} is the business of whoever speaks to it.
 */
public final class Routes {
  /** Nothing is synchronised. */
  public static final Routes NONE = new Routes(List.of());

  private final List<Registry> registries;

  /**
   * A repository of an upstream.
   *
   * @param registry its index in the configuration
   * @param repository its name there
   */
  public record Route(int registry, String repository) {}

  private record Registry(
      int index, boolean onDemand, List<RegistryHost> hosts, List<Mapping> mappings) {

    static Registry of(int index, SyncRegistryConfig config) {
      return new Registry(
          index,
          config.onDemand(),
          config.urls().stream().map(RegistryHost::of).toList(),
          config.content().stream().map(Mapping::of).toList());
    }

    /** The name there; empty if it is none of this registry's. */
    String upstream(String local) {
      if (mappings.isEmpty()) {
        return local;
      }
      for (var mapping : mappings) {
        var upstream = mapping.upstream(local);
        if (!upstream.isEmpty()) {
          return upstream;
        }
      }
      return "";
    }

    boolean isAt(RegistryHost host) {
      for (var own : hosts) {
        if (own.agreesWith(host)) {
          return true;
        }
      }
      return false;
    }
  }

  private Routes(List<Registry> registries) {
    this.registries = registries;
  }

  /** The routes of a configuration. */
  public static Routes of(List<SyncRegistryConfig> registries) {
    return registries.isEmpty()
        ? NONE
        : new Routes(
            IntStream.range(0, registries.size())
                .mapToObj(index -> Registry.of(index, registries.get(index)))
                .toList());
  }

  /**
   * Where to ask for a repository, in the order of the configuration.
   *
   * @param ns the host that the client wants it from, as containerd sends it: {@code docker.io}.
   *     Where it is one of a configured registry, only registries at that host are asked, even if
   *     none of them has the name or is asked on demand; any other host has no effect
   */
  public List<Route> onDemand(RepositoryName repository, Optional<String> ns) {
    if (registries.isEmpty()) {
      return List.of();
    }
    var wanted = ns.isPresent() ? configured(ns.get()) : null;
    List<Route> routes = List.of();
    for (var registry : registries) {
      if (registry.onDemand && (wanted == null || registry.isAt(wanted))) {
        var upstream = registry.upstream(repository.value());
        if (!upstream.isEmpty()) {
          routes = routes.isEmpty() ? new ArrayList<>(2) : routes;
          routes.add(new Route(registry.index, upstream));
        }
      }
    }
    return List.copyOf(routes);
  }

  /** Whether any upstream is asked for the repository on demand. */
  public boolean isRouted(RepositoryName repository) {
    for (var registry : registries) {
      if (registry.onDemand && !registry.upstream(repository.value()).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Where the mirror puts a repository of an upstream by one entry of its content; empty if the
   * entry doesn't match, or leaves nothing that could be a name here.
   */
  public static Optional<RepositoryName> localName(Content content, String upstreamRepository) {
    try {
      return Optional.of(RepositoryName.parse(Mapping.of(content).local(upstreamRepository)));
    } catch (RegistryException e) {
      return Optional.empty();
    }
  }

  private @Nullable RegistryHost configured(String ns) {
    RegistryHost host;
    try {
      host = RegistryHost.parse(ns);
    } catch (IllegalArgumentException e) {
      return null;
    }
    for (var registry : registries) {
      if (registry.isAt(host)) {
        return host;
      }
    }
    return null;
  }
}
