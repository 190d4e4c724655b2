package io.sluice.sync;

import io.sluice.config.SyncRegistryConfig;
import io.sluice.oci.RepositoryName;
import io.sluice.sync.upstream.Upstream;
import io.vertx.core.Future;
import java.util.function.Function;

/**
 * An upstream, and how many downloads it is asked for at once.
 *
 * @param config what the configuration says of it
 */
record Remote(Upstream upstream, Slots slots, SyncRegistryConfig config) {

  /** Asks it for something that nobody waits for: when it is the turn of the background. */
  <T> Future<T> inBackground(Function<Upstream, Future<T>> ask) {
    var place = slots.enter(/* inBackground= */ true);
    return place.turn().compose(_ -> ask.apply(upstream)).onComplete(_ -> place.free());
  }

  /** Whether a repository of ours can be one of its repositories. */
  boolean mayHave(RepositoryName repository) {
    return config.content().isEmpty()
        || config.content().stream()
            .anyMatch(content -> !Mapping.of(content).upstream(repository.value()).isEmpty());
  }

  /** A repository of it. */
  record Source(Remote remote, String repository) {
    String host() {
      return remote.upstream.name();
    }
  }
}
