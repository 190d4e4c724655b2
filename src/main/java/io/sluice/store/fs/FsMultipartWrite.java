package io.sluice.store.fs;

import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.Sequence;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;

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
  private final PartFile file;
  private final Sequence writes = new Sequence();
  private final Sequence syncs = new Sequence();
  private long unsynced;

  FsMultipartWrite(FsObjectStore store, Folders folders, Path target) {
    this.store = store;
    this.folders = folders;
    this.target = target;
    this.id = folders.root().relativize(target).toString().replace('/', '!');
    this.file = new PartFile(folders.parts().resolve(id), folders.direct());
  }

  static String keyOf(String id) {
    return id.replace('!', '/');
  }

  Future<Void> create() {
    return store.run(
        () -> {
          Files.createFile(file.path());
        });
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Future<Part> write(int number, long offset, ByteBuffer... bytes) {
    // One after the other, and none after a failed one: a gap would make the file's length a lie.
    var written =
        writes.then(
            () ->
                store.<Part>blocking(
                    () -> {
                      long at = offset;
                      for (var buffer : bytes) {
                        file.write(buffer.duplicate(), at);
                        at += buffer.remaining();
                      }
                      return new Part(number, at - offset, "");
                    }));
    long at = offset;
    for (var buffer : bytes) {
      if (!file.isDirect(buffer, at)) {
        unsynced += buffer.remaining();
      }
      at += buffer.remaining();
    }
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
                  var attributes =
                      Files.readAttributes(
                          file.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                  if (!attributes.isRegularFile()) {
                    throw new ObjectNotFound(id);
                  }
                  long size = attributes.size();
                  return size == 0 ? List.of() : List.of(new Part(1, size, ""));
                }));
  }

  @Override
  public Future<Void> complete(List<Part> parts) {
    long size = parts.stream().mapToLong(Part::size).sum();
    return quiet(
        () -> {
          if (file.size() != size) {
            throw new IOException("the file has " + file.size() + " bytes, not " + size);
          }
          // The object is as old as its completion, not as its last part: ages decide what may be
          // collected.
          Files.setLastModifiedTime(file.path(), FileTime.from(Instant.now()));
          if (folders.fsync()) {
            file.force(true);
          }
          file.close();
          folders.moveIn(file.path(), target);
        });
  }

  @Override
  public Future<Void> suspend() {
    return quiet(
        () -> {
          if (folders.fsync()) {
            syncData();
          }
          file.close();
        });
  }

  @Override
  public Future<Void> abort() {
    return quiet(
        () -> {
          file.close();
          Files.deleteIfExists(file.path());
        });
  }

  /** Runs a call when no write and no sync is under way any more. */
  private Future<Void> quiet(FsObjectStore.FileCall call) {
    return writes.afterwards(() -> syncs.afterwards(() -> store.run(call)));
  }

  private void syncData() throws IOException {
    file.force(false);
  }
}
