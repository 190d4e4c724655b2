package io.sluice.sync;

import io.sluice.config.SyncRegistryConfig;
import io.sluice.oci.RepositoryName;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.login.CredentialHelpers;
import io.sluice.sync.login.LoginSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upstreams of the plan in force. Confined to the sync verticle's context.
 *
 * <p>One whose configuration is the same in the next plan stays, with its connections, tokens and
 * what is known of its health; one that is no longer there ends its downloads first.
 */
final class Remotes {
  private static final Logger LOG = LoggerFactory.getLogger(Remotes.class);

  private final Vertx vertx;
  private final int maxManifestSize;
  private final Set<Remote> leaving = new HashSet<>();
  private SyncPlan plan = SyncPlan.NONE;
  private List<Remote> remotes = List.of();
  private @Nullable CredentialHelpers helpers;

  /** The largest manifest that is taken, in bytes. */
  Remotes(Vertx vertx, int maxManifestSize) {
    this.vertx = vertx;
    this.maxManifestSize = maxManifestSize;
  }

  void use(SyncPlan next) {
    Map<SyncPlan.Registry, Remote> known = new HashMap<>();
    for (int i = 0; i < remotes.size(); i++) {
      known.put(plan.registries().get(i), remotes.get(i));
    }
    var using = new ArrayList<Remote>();
    for (var registry : next.registries()) {
      var same = known.remove(registry);
      using.add(same == null ? connect(registry) : same);
    }
    plan = next;
    remotes = List.copyOf(using);
    known.values().forEach(this::leave);
  }

  private Remote connect(SyncPlan.Registry registry) {
    var config = registry.config();
    return new Remote(
        registry.connect(vertx, maxManifestSize, helper(config)),
        new Slots(config.reqConcurrent()),
        config);
  }

  private Optional<LoginSource> helper(SyncRegistryConfig config) {
    return config
        .credentialHelper()
        .map(
            helper -> {
              if (helpers == null) {
                helpers = CredentialHelpers.create(vertx);
              }
              return helpers.of(helper, config.urls().getFirst());
            });
  }

  private void leave(Remote remote) {
    leaving.add(remote);
    remote.slots().whenIdle(() -> close(remote));
  }

  private Future<Void> close(Remote remote) {
    return remote
        .upstream()
        .close()
        .onFailure(e -> LOG.atWarn().setCause(e).log("an upstream's client could not be closed"))
        .onComplete(_ -> leaving.remove(remote));
  }

  SyncPlan plan() {
    return plan;
  }

  List<Remote> all() {
    return remotes;
  }

  /** Where to ask for a repository, in order. */
  List<Source> sources(RepositoryName repository, Optional<String> ns) {
    return plan.routes().onDemand(repository, ns).stream()
        .map(route -> new Source(remotes.get(route.registry()), route.repository()))
        .toList();
  }

  Future<Void> close() {
    var closing = new ArrayList<Future<?>>();
    remotes.forEach(remote -> closing.add(close(remote)));
    Set.copyOf(leaving).forEach(remote -> closing.add(close(remote)));
    if (helpers != null) {
      closing.add(helpers.close());
    }
    return Future.join(closing).mapEmpty();
  }
}
