/**
 * A client that loads a registry, any OCI registry, and tells how it did. A {@link
 * io.sluice.bench.Bench} runs {@link io.sluice.bench.Scenario}s one after the other: prepare, warm
 * up, measure; at the end it deletes what it pushed. It knows nothing of the server in the other
 * packages: it speaks HTTP to whatever stands at a URL.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.bench;
