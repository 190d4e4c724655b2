package io.sluice.sync;

import io.sluice.config.OwnConfig;
import io.sluice.config.SyncRegistryConfig;
import io.sluice.sync.login.CredentialsFile;
import io.sluice.sync.login.LoginSource;
import io.sluice.sync.upstream.Upstream;
import io.sluice.sync.upstream.UpstreamTls;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;

/**
 * What is fetched from where, with everything that was read from files for it: what a reload
 * replaces as a whole. Immutable.
 *
 * @param registries in the order of the configuration, which is that of {@link Routes.Route}
 * @param own what {@code sluice.sync} says
 */
public record SyncPlan(List<Registry> registries, Routes routes, OwnConfig.Sync own) {
  /** Nothing is fetched. */
  public static final SyncPlan NONE =
      new SyncPlan(List.of(), Routes.NONE, OwnConfig.defaults().sync());

  /**
   * One upstream; while two are equal, their connections can be the same.
   *
   * @param credentials of all hosts, since an upstream may send us to another one for a token
   */
  public record Registry(SyncRegistryConfig config, UpstreamTls tls, CredentialsFile credentials) {

    /**
     * Makes what speaks to it.
     *
     * @param helper where its own login comes from, if that isn't the file
     */
    Upstream connect(Vertx vertx, int maxManifestSize, Optional<LoginSource> helper) {
      var own = Upstream.name(config);
      return new Upstream(
          vertx,
          new Upstream.Settings(
              config,
              host -> helper.isPresent() && host.equals(own) ? helper : credentials.forHost(host),
              tls,
              maxManifestSize));
    }
  }

  /** A plan for these registries. */
  public static SyncPlan of(List<Registry> registries, OwnConfig.Sync own) {
    return new SyncPlan(
        List.copyOf(registries),
        Routes.of(registries.stream().map(Registry::config).toList()),
        own);
  }

  /** The host of the registry's first URL. */
  public String host(Routes.Route route) {
    return Upstream.name(registries.get(route.registry()).config());
  }
}
