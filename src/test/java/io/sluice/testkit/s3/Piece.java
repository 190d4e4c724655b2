package io.sluice.testkit.s3;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Bytes that were sent in one request: an object, or a part of one. */
sealed interface Piece {
  /** What is smaller stays in memory, also where there is a folder. */
  int SMALL = 64 << 10;

  long size();

  InputStream open(long offset) throws IOException;

  /** What reads it goes on to do so. */
  void remove();

  /**
   * Reads a request's body to its end, where its checksum is verified.
   *
   * @param size bytes, if it is known
   * @param folder where large ones go; none keeps them in memory
   */
  static Piece read(InputStream body, @Nullable Long size, @Nullable Path folder)
      throws IOException {
    if (folder != null && (size == null || size > SMALL)) {
      return InFile.read(body, size, folder);
    }
    var bytes = size == null ? body.readAllBytes() : body.readNBytes(Math.toIntExact(size));
    if (size != null && bytes.length < size || body.read() >= 0) {
      throw new EOFException("another length than was announced");
    }
    return new InMemory(bytes);
  }

  /** On the heap. */
  final class InMemory implements Piece {
    private final byte[] bytes;

    InMemory(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open(long offset) {
      return new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
    }

    @Override
    public void remove() {}
  }

  /** In a file of its own. */
  record InFile(Path file, long size) implements Piece {

    private static InFile read(InputStream body, @Nullable Long size, Path folder)
        throws IOException {
      var file = folder.resolve(UUID.randomUUID().toString());
      try (var out = Files.newOutputStream(file)) {
        long length = body.transferTo(out);
        if (size != null && length != size) {
          throw new EOFException("another length than was announced");
        }
        return new InFile(file, length);
      } catch (IOException | RuntimeException e) {
        Files.deleteIfExists(file);
        throw e;
      }
    }

    @Override
    public InputStream open(long offset) throws IOException {
      var in = Files.newInputStream(file);
      in.skipNBytes(offset);
      return in;
    }

    @Override
    public void remove() {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
