package io.sluice.gc;

import io.sluice.oci.RepositoryName;

/**
 * What a new policy would remove from a repository at once, and what is so much that somebody has
 * to confirm it ({@code sluice.retention.maxShare}).
 *
 * @param policy as in {@link Doomed#policy}
 * @param tags that the repository has
 * @param going of them
 */
public record Withheld(RepositoryName repository, String policy, long tags, long going) {}
