package io.sluice.store.fs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The growing file of a large object. Opened when it is written to, for as long as {@link #close}
 * isn't called; may be written and synced by different threads at once.
 */
final class PartFile {

  /*
   * Most layers are smaller than CACHED_BYTES, and are pulled soon after their push: they go through the page cache. What
   * a larger one has beyond goes to the disk past it (O_DIRECT): a layer of gigabytes would push everything else out of
   * the cache (and in a container counts as its memory), the last sync would wait for it all, and the kernel's copying
   * into cold pages costs more than all the rest of an upload together (docs/benchmarks.md).
   */
  static final long CACHED_BYTES = 32L << 20;

  /** Direct writes want addresses, offsets and lengths in multiples of the disk's blocks. */
  static final int ALIGNMENT = 4096;

  /** By reflection, since the compiler's warning about it can't be turned off by itself. */
  private static final Optional<OpenOption> DIRECT = directOption();

  private final Path path;
  private final boolean direct;
  private @Nullable FileChannel cached;
  private @Nullable FileChannel uncached;

  /**
   * A file that may be there or not.
   *
   * @param direct what {@link #canWriteDirectly} said of the file system
   */
  PartFile(Path path, boolean direct) {
    this.path = path;
    this.direct = direct;
  }

  /** Whether a file system lets files be written past the page cache; tries it out. */
  static boolean canWriteDirectly(Path folder) throws IOException {
    if (DIRECT.isEmpty() || Files.getFileStore(folder).getBlockSize() > ALIGNMENT) {
      return false;
    }
    var probe = folder.resolve("direct-" + UUID.randomUUID());
    try (var channel =
        FileChannel.open(
            probe, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, DIRECT.get())) {
      var block = ByteBuffer.allocateDirect(2 * ALIGNMENT).alignedSlice(ALIGNMENT);
      return channel.write(block.limit(ALIGNMENT), 0) == ALIGNMENT;
    } catch (IOException | UnsupportedOperationException notHere) {
      return false;
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  private static Optional<OpenOption> directOption() {
    try {
      return Arrays.stream(Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants())
          .filter(option -> option.toString().equals("DIRECT"))
          .map(OpenOption.class::cast)
          .findFirst();
    } catch (ClassNotFoundException notInThisJdk) {
      return Optional.empty();
    }
  }

  Path path() {
    return path;
  }

  /** Whether these bytes will go past the page cache. */
  boolean isDirect(ByteBuffer bytes, long offset) {
    return direct
        && offset >= CACHED_BYTES
        && offset % ALIGNMENT == 0
        && bytes.remaining() % ALIGNMENT == 0
        && bytes.isDirect()
        && bytes.alignmentOffset(bytes.position(), ALIGNMENT) == 0;
  }

  /** Writes all of the bytes, whose position is moved by that. */
  void write(ByteBuffer bytes, long offset) throws IOException {
    var channel = isDirect(bytes, offset) ? uncached() : cached();
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  long size() throws IOException {
    return cached().size();
  }

  /** Makes what was written, either way, durable; with {@code metadata}, the file's times too. */
  void force(boolean metadata) throws IOException {
    cached().force(metadata);
  }

  synchronized void close() throws IOException {
    try (var first = cached;
        var second = uncached) {
      cached = null;
      uncached = null;
    }
  }

  private synchronized FileChannel cached() throws IOException {
    if (cached == null) {
      cached = Folders.open(path, StandardOpenOption.WRITE);
    }
    return cached;
  }

  private synchronized FileChannel uncached() throws IOException {
    if (uncached == null) {
      uncached = Folders.open(path, StandardOpenOption.WRITE, DIRECT.orElseThrow());
    }
    return uncached;
  }
}
