package io.sluice.sync;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.oci.Reference;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.sync.Remote.Source;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What was learned from upstreams a while ago, and is believed for a while: that a tag is still
 * what it was, that something isn't there. Can be forgotten at any time. Confined to the sync
 * verticle's context.
 */
final class Checks {
  /** After a check that failed, the next one may begin so much later. */
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private static final int MOST = 50_000;

  private final LongSupplier nanos;
  private final Cache<TagKey, Check> tags =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(MOST).build();
  private final Cache<MissKey, Long> misses =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(MOST).build();

  private record TagKey(RepositoryName repository, Tag tag) {}

  private record MissKey(Remote remote, String repository, Reference reference) {}

  private record Check(long at, Optional<String> failure) {}

  Checks(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * What the last check said.
   *
   * @param failure why it was not made sure; empty if the upstream has the same as we
   */
  record Verdict(Optional<String> failure) {}

  /** What is believed of a tag; empty when it is time to check. */
  Optional<Verdict> of(RepositoryName repository, Tag tag, Duration ttl) {
    var check = tags.getIfPresent(new TagKey(repository, tag));
    if (check == null) {
      return Optional.empty();
    }
    var valid = check.failure.isEmpty() || ttl.compareTo(AGAIN) < 0 ? ttl : AGAIN;
    return nanos.getAsLong() - check.at < valid.toNanos()
        ? Optional.of(new Verdict(check.failure))
        : Optional.empty();
  }

  void isCurrent(RepositoryName repository, Tag tag) {
    tags.put(new TagKey(repository, tag), new Check(nanos.getAsLong(), Optional.empty()));
  }

  void failed(RepositoryName repository, Tag tag, String reason) {
    tags.put(new TagKey(repository, tag), new Check(nanos.getAsLong(), Optional.of(reason)));
  }

  /** Whether it was not there a while ago. */
  boolean isMissing(Source source, Reference reference, Duration ttl) {
    var at = misses.getIfPresent(missKey(source, reference));
    return at != null && nanos.getAsLong() - at < ttl.toNanos();
  }

  void missing(Source source, Reference reference) {
    misses.put(missKey(source, reference), nanos.getAsLong());
  }

  private static MissKey missKey(Source source, Reference reference) {
    return new MissKey(source.remote(), source.repository(), reference);
  }
}
