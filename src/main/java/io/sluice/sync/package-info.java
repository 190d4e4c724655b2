/**
 * Images of other registries: which upstream has a name, what is fetched from there when a client
 * asks for it or by schedule, and how it comes into the store while others read along. What is kept
 * here is kept by {@code registry}; how upstreams are spoken to is in {@code sync.upstream}, with
 * which credentials in {@code sync.login}.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.sync;
