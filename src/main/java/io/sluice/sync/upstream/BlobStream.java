package io.sluice.sync.upstream;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.OptionalLong;

/**
 * A blob on its way from an upstream. Its digest is not verified.
 *
 * @param body paused; begins at the offset. Fails with an {@link UpstreamFailure} when it is cut,
 *     stands still, or has another length than was announced
 * @param offset of the body's first byte within the blob
 * @param total of the whole blob in bytes, if the upstream says it
 * @param cancel gives the rest up and frees the connection; nothing is heard of the body after it
 */
public record BlobStream(
    ReadStream<Buffer> body, long offset, OptionalLong total, Runnable cancel) {}
