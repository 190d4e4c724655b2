package io.sluice.upload;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;

/** Moves bytes between Vert.x's buffers and NIO's without an array in between. */
final class Bytes {
  private Bytes() {}

  /** Appends {@code length} bytes of a buffer to another, which must have room for them. */
  static void append(Buffer from, int at, int length, ByteBuffer to) {
    int limit = to.limit();
    to.limit(to.position() + length);
    ((BufferInternal) from).getByteBuf().getBytes(at, to);
    to.limit(limit);
  }
}
