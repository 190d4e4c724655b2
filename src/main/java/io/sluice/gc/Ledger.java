package io.sluice.gc;

import io.sluice.upload.DataId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the data of a store: written down in any order, read in the order in which the
 * store lists data. Confined to one context.
 *
 * <p>The idea is the merge sort of tapes (Knuth, The Art of Computer Programming, volume 3, 5.4):
 * what fits into memory is sorted and written out as one run; in the end all runs are read side by
 * side. So the memory is a few megabytes, whatever the number of blobs, and nothing touches the
 * disk below {@link #IN_MEMORY} of them.
 */
final class Ledger implements Closeable {
  /** Entries of some 40 bytes. */
  private static final int IN_MEMORY = 1 << 16;

  /** On the event loop; more take longer than it may stand still. */
  private static final int QUICKLY_SORTED = 4096;

  private static final int READ_AT_ONCE = 480 * KnownData.BYTES;

  private final Vertx vertx;
  private final Path folder;
  private final int inMemory;
  private final List<Run> runs = new ArrayList<>();
  private List<KnownData> current = new ArrayList<>();
  private @Nullable FileChannel file;
  private @Nullable Merge reading;

  /** Where in the file a run lies. */
  private record Run(long offset, long end) {}

  Ledger(Vertx vertx, Path folder) {
    this(vertx, folder, IN_MEMORY);
  }

  Ledger(Vertx vertx, Path folder, int inMemory) {
    this.vertx = vertx;
    this.folder = folder;
    this.inMemory = inMemory;
  }

  /**
   * Notes facts, which are bits. They add up. Complete at once, unless what was noted has to be
   * written out.
   */
  Future<Void> note(DataId id, int facts) {
    current.add(KnownData.of(id, facts));
    if (current.size() < inMemory) {
      return Future.succeededFuture();
    }
    var full = current;
    current = new ArrayList<>();
    return vertx.executeBlocking(
        () -> {
          writeOut(full);
          return (Void) null;
        },
        true);
  }

  private void writeOut(List<KnownData> full) throws IOException {
    full.sort(null);
    if (file == null) {
      Files.createDirectories(folder);
      // On Unix its name goes at once, so a crash leaves nothing.
      file =
          FileChannel.open(
              folder.resolve("gc-" + UUID.randomUUID()),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    }
    long offset = file.size();
    var bytes = ByteBuffer.allocate(full.size() * KnownData.BYTES);
    full.forEach(known -> known.write(bytes));
    bytes.flip();
    while (bytes.hasRemaining()) {
      int unused = file.write(bytes, offset + bytes.position());
    }
    runs.add(new Run(offset, offset + bytes.limit()));
  }

  /**
   * What is known of each of these, zero for nothing. Each call asks for what is listed behind that
   * of the call before; nothing can be noted any more.
   */
  Future<int[]> factsOf(List<DataId> listed) {
    boolean isQuick = runs.isEmpty() && (reading != null || current.size() < QUICKLY_SORTED);
    return isQuick
        ? Future.succeededFuture(read(listed))
        : vertx.executeBlocking(() -> read(listed), true);
  }

  private int[] read(List<DataId> listed) {
    if (reading == null) {
      current.sort(null);
      var sources = new ArrayList<Iterator<KnownData>>();
      runs.forEach(run -> sources.add(new RunReader(run)));
      sources.add(current.iterator());
      reading = new Merge(sources);
    }
    var facts = new int[listed.size()];
    for (int i = 0; i < facts.length; i++) {
      facts[i] = reading.upTo(KnownData.of(listed.get(i), 0));
    }
    return facts;
  }

  @Override
  public void close() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** All runs, as one. */
  private static final class Merge {
    private final PriorityQueue<Head> heads = new PriorityQueue<>();

    private record Head(KnownData first, Iterator<KnownData> rest) implements Comparable<Head> {
      @Override
      public int compareTo(Head other) {
        return first.compareTo(other.first);
      }
    }

    Merge(List<Iterator<KnownData>> sources) {
      sources.forEach(this::advance);
    }

    private void advance(Iterator<KnownData> source) {
      if (source.hasNext()) {
        heads.add(new Head(source.next(), source));
      }
    }

    /** Passes what comes before, and adds up what is known of this. */
    int upTo(KnownData wanted) {
      int facts = 0;
      for (var head = heads.peek();
          head != null && head.first.compareTo(wanted) <= 0;
          head = heads.peek()) {
        if (head.first.isSame(wanted)) {
          facts |= head.first.facts();
        }
        heads.remove();
        advance(head.rest);
      }
      return facts;
    }
  }

  /** Reads a run from the file, a piece at a time. */
  private final class RunReader implements Iterator<KnownData> {
    private final ByteBuffer piece = ByteBuffer.allocate(READ_AT_ONCE).flip();
    private final long end;
    private long position;

    RunReader(Run run) {
      this.position = run.offset;
      this.end = run.end;
    }

    @Override
    public boolean hasNext() {
      return piece.hasRemaining() || position < end;
    }

    @Override
    public KnownData next() {
      if (!piece.hasRemaining()) {
        fill();
      }
      return KnownData.read(piece);
    }

    private void fill() {
      var from = file;
      if (from == null) {
        throw new IllegalStateException("there is no file to read from");
      }
      piece.clear().limit((int) Math.min(READ_AT_ONCE, end - position));
      try {
        while (piece.hasRemaining()) {
          int n = from.read(piece, position);
          if (n < 0) {
            throw new IOException("the spilled list of data ended early");
          }
          position += n;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      piece.flip();
    }
  }
}
