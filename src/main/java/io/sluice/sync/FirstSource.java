package io.sluice.sync;

import io.sluice.oci.Reference;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.upstream.UpstreamFailure;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Asks sources in order, and the first that has it wins. One that fails is passed over, but when
 * none of the later ones has it, its failure is the answer: that it isn't there is only said when
 * all have said so, now or a moment ago. Confined to the sync verticle's context.
 */
final class FirstSource {
  private final Remotes remotes;
  private final Checks checks;

  FirstSource(Remotes remotes, Checks checks) {
    this.remotes = remotes;
    this.checks = checks;
  }

  /** Fails with {@link UpstreamFailure}, or at once with whatever else stands in the way. */
  <T> Future<T> thatHas(
      Reference reference, List<Source> sources, Function<Source, Future<T>> ask) {
    return next(reference, sources, 0, Optional.empty(), ask);
  }

  private <T> Future<T> next(
      Reference reference,
      List<Source> sources,
      int index,
      Optional<UpstreamFailure> before,
      Function<Source, Future<T>> ask) {
    if (index == sources.size()) {
      return Future.failedFuture(before.orElseGet(() -> nowhere(sources)));
    }
    var source = sources.get(index);
    if (checks.isMissing(source, reference, remotes.plan().own().missTtl())) {
      // Not remembered anew: it would never be asked again for what is asked for all the time.
      return next(reference, sources, index + 1, before, ask);
    }
    return ask.apply(source)
        .recover(
            cause -> {
              if (!(cause instanceof UpstreamFailure failure)) {
                return Future.failedFuture(cause);
              }
              boolean notFound = failure.kind() == Kind.NOT_FOUND;
              if (notFound) {
                checks.missing(source, reference);
              }
              return next(
                  reference,
                  sources,
                  index + 1,
                  before.isPresent() || notFound ? before : Optional.of(failure),
                  ask);
            });
  }

  private static UpstreamFailure nowhere(List<Source> sources) {
    return new UpstreamFailure(
        Kind.NOT_FOUND,
        sources.isEmpty() ? "" : sources.getFirst().host(),
        "no upstream has it",
        Optional.empty());
  }
}
