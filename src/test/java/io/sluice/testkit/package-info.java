/**
 * What tests of a running registry are made of: {@link io.sluice.testkit.RegistryTest} starts one
 * on every kind of store, {@link io.sluice.testkit.Registry} is that registry as a client sees it,
 * and {@link io.sluice.testkit.RawConnection} is a client that keeps to no rule.
 */
@NullMarked
package io.sluice.testkit;

import org.jspecify.annotations.NullMarked;
