package io.sluice.gc;

import io.sluice.config.RetentionConfig;
import io.sluice.config.RetentionConfig.Policy;
import io.sluice.oci.RepositoryName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which tags and untagged manifests stay, by the policies of a store and at one time. It only
 * decides; {@code delay} and {@code dryRun} are for those who act.
 */
final class Retention {
  // As in Zot: where no policy matches, tags stay, and what has no tag goes.
  private static final Policy NONE =
      new Policy(List.of(), false, true, List.of(), Optional.empty());

  private final List<Policy> policies;
  private final Instant now;

  Retention(RetentionConfig config, Instant now) {
    this.policies = config.policies();
    this.now = now;
  }

  /** What holds for a repository: the first policy with a pattern that matches its name. */
  RepositoryRetention of(RepositoryName repository) {
    for (int i = 0; i < policies.size(); i++) {
      var policy = policies.get(i);
      for (var glob : policy.repositories()) {
        if (glob.matches(repository.value())) {
          return new RepositoryRetention("policies[" + i + "] (" + glob + ")", policy, now);
        }
      }
    }
    return new RepositoryRetention("", NONE, now);
  }
}
