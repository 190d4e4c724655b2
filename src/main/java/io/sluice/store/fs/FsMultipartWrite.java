package io.sluice.store.fs;

import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.Sequence;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file below {@code .parts} that grows by one part after the other, so that its length always
 * tells how much is there without a gap, also after the process was killed. Confined to its
 * upload's context.
 */
final class FsMultipartWrite implements MultipartWrite {

  /**
   * So much may lie in the page cache before the disk is asked to begin with it: then the last sync
   * is a short one.
   */
  private static final long SYNC_EVERY = 64L << 20;

  private final FsObjectStore store;
  private final Folders folders;
  private final Path target;
  private final String id;
  private final Path file;
  private final Sequence writes = new Sequence();
  private final Sequence syncs = new Sequence();
  private long unsynced;
  private @Nullable FileChannel channel;

  FsMultipartWrite(FsObjectStore store, Folders folders, Path target) {
    this.store = store;
    this.folders = folders;
    this.target = target;
    this.id = folders.root().relativize(target).toString().replace('/', '!');
    this.file = folders.parts().resolve(id);
  }

  static String keyOf(String id) {
    return id.replace('!', '/');
  }

  Future<Void> create() {
    return store.run(
        () -> {
          Files.createFile(file);
        });
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Future<Part> write(int number, long offset, ByteBuffer bytes) {
    int size = bytes.remaining();
    var source = bytes.duplicate();
    // One after the other, and none after a failed one: a gap would make the file's length a lie.
    var written =
        writes.then(
            () ->
                store.<Part>blocking(
                    () -> {
                      var out = channel();
                      long at = offset;
                      while (source.hasRemaining()) {
                        at += out.write(source, at);
                      }
                      return new Part(number, size, "");
                    }));
    unsynced += size;
    if (folders.fsync() && unsynced >= SYNC_EVERY && syncs.isIdle()) {
      unsynced = 0;
      syncs.then(() -> written.compose(_ -> store.run(this::syncData)));
    }
    return written;
  }

  @Override
  public Future<List<Part>> parts() {
    return writes.afterwards(
        () ->
            store.blocking(
                () -> {
                  if (!Files.exists(file)) {
                    throw new ObjectNotFound(id);
                  }
                  long size = Files.size(file);
                  return size == 0 ? List.of() : List.of(new Part(1, size, ""));
                }));
  }

  @Override
  public Future<Void> complete(List<Part> parts) {
    long size = parts.stream().mapToLong(Part::size).sum();
    return quiet(
        () -> {
          var out = channel();
          if (out.size() != size) {
            throw new IOException("the file has " + out.size() + " bytes, not " + size);
          }
          // The object is as old as its completion, not as its last part: ages decide what may be
          // collected.
          Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
          if (folders.fsync()) {
            out.force(true);
          }
          close();
          folders.moveIn(file, target);
        });
  }

  @Override
  public Future<Void> suspend() {
    return quiet(
        () -> {
          if (folders.fsync()) {
            syncData();
          }
          close();
        });
  }

  @Override
  public Future<Void> abort() {
    return quiet(
        () -> {
          close();
          Files.deleteIfExists(file);
        });
  }

  /** Runs a call when no write and no sync is under way any more. */
  private Future<Void> quiet(FsObjectStore.FileCall call) {
    return writes.afterwards(() -> syncs.afterwards(() -> store.run(call)));
  }

  private void syncData() throws IOException {
    channel().force(false);
  }

  private synchronized FileChannel channel() throws IOException {
    if (channel == null) {
      channel = FileChannel.open(file, StandardOpenOption.WRITE);
    }
    return channel;
  }

  private synchronized void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }
}
