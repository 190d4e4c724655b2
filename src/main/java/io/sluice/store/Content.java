package io.sluice.store;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;

/** Bytes of an object, in the form in which the store can give them best. */
public sealed interface Content {

  /** The number of bytes. */
  long length();

  /** Lets go of it unused; does nothing once it was used up. */
  void close();

  /** Bytes at hand. */
  record InMemory(Buffer bytes) implements Content {
    @Override
    public long length() {
      return bytes.length();
    }

    @Override
    public void close() {}
  }

  /** A region of an open file, fit for {@code sendfile}; whoever uses it closes the channel. */
  record InFile(FileChannel channel, long offset, long length) implements Content {
    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Bytes on their way: paused, to be resumed or piped by the context that asked for it. */
  record Streamed(ReadStream<Buffer> stream, long length, Runnable cancel) implements Content {
    @Override
    public void close() {
      cancel.run();
    }
  }
}
