/**
 * Uploads: sessions that survive their connection, the window of parts in flight, the digest
 * computed while the bytes pass, and the one memory budget that all of it lives in. What an upload
 * becomes (a blob of a repository) is decided above, in {@code registry}.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.upload;
