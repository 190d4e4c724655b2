package io.sluice.sync;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Images that the mirror has seen here with all that belongs to them: while their tags don't move,
 * there is nothing to be done. Once a day each is looked through again, here, and for new
 * referrers. Can be forgotten at any time. Confined to the sync verticle's context.
 */
final class WholeImages {
  private static final Duration BELIEVED = Duration.ofDays(1);
  private static final int MOST_DIGESTS = 100_000;

  private final Cache<Image, Set<Digest>> known =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .expireAfterWrite(BELIEVED)
          .maximumWeight(MOST_DIGESTS)
          .<Image, Set<Digest>>weigher((_, digests) -> 1 + digests.size())
          .build();

  private record Image(RepositoryName repository, Digest digest, List<String> platforms) {}

  /** The digests of the image and of what was taken with it, if it is known to be whole. */
  Optional<Set<Digest>> of(RepositoryName repository, Digest digest, List<String> platforms) {
    return Optional.ofNullable(known.getIfPresent(new Image(repository, digest, platforms)));
  }

  /** It is whole, as far as these platforms are concerned. */
  void add(
      RepositoryName repository,
      Digest digest,
      List<String> platforms,
      Collection<Digest> digests) {
    known.put(new Image(repository, digest, platforms), Set.copyOf(digests));
  }
}
