/**
 * Who we are at upstreams: credentials from files, and from services that give them for a while.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.sync.login;
