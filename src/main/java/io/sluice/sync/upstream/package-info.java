/**
 * The client's side of the distribution protocol: one upstream with its mirrors, its tokens, its
 * redirects, its limits and its moods. Knows nothing of what is kept here.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.sync.upstream;
