package io.sluice.store.fs;

import io.sluice.oci.RegistryException;
import io.sluice.store.Content;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Objects as files below one folder. Thread safe; all file system calls are made on a worker pool
 * of its own, since any of them can stall.
 *
 * <p>With {@code fsync}, an object's bytes, its name, and the folders that were made for it are on
 * the disk when the future of its writing succeeds, and a deletion is when its does.
 */
public final class FsObjectStore implements ObjectStore {

  /*
   * Large objects are written in place, part by part, into one file below .parts, which gets its final name by a
   * rename. Parts are small, since a file takes any size and a part should still be in the CPU's cache when it is
   * hashed and written.
   */
  private static final int PART_SIZE = 1 << 20;

  /**
   * From here on, content is sent by sendfile; below, a copy through memory is cheaper than the
   * open file's way.
   */
  private static final int SENDFILE_FROM = 16 << 10;

  private static final int WORKERS = 16;

  private final Folders folders;
  private final WorkerExecutor workers;

  private FsObjectStore(Vertx vertx, Folders folders) {
    this.folders = folders;
    // A hundred seconds: a disk that needs longer for one call is worth the warning that Vert.x
    // then logs.
    this.workers =
        vertx.createSharedWorkerExecutor(
            "sluice-fs", WORKERS, TimeUnit.SECONDS.toNanos(100), TimeUnit.NANOSECONDS);
  }

  /**
   * Opens the store, making its folder if it is missing; what an earlier process was writing as
   * small objects when it died is removed. Blocks, so it is meant for the start.
   *
   * @param fsync false gives durability up for speed
   * @throws IOException naming the folder, when it can't be used
   */
  public static FsObjectStore open(Vertx vertx, Path root, boolean fsync) throws IOException {
    return new FsObjectStore(vertx, Folders.open(root, fsync));
  }

  @Override
  public Future<Void> put(String key, ByteBuffer... content) {
    var path = folders.path(key);
    return run(
        () -> {
          if (Arrays.stream(content).noneMatch(ByteBuffer::hasRemaining)) {
            folders.createEmpty(path);
          } else {
            folders.createWhole(path, content);
          }
        });
  }

  @Override
  public Future<MultipartWrite> startMultipart(String key) {
    var path = folders.path(key);
    var write = new FsMultipartWrite(this, folders, path);
    return write.create().map(write);
  }

  @Override
  public MultipartWrite resumeMultipart(
      String key, String multipartId, List<MultipartWrite.Part> known) {
    var write = new FsMultipartWrite(this, folders, folders.path(key));
    if (!write.id().equals(multipartId)) {
      throw new IllegalArgumentException(
          "multipart write " + multipartId + " is not one of " + key);
    }
    return write;
  }

  @Override
  public Future<List<PendingMultipart>> pendingMultiparts() {
    return blocking(
        () -> {
          var pending = new ArrayList<PendingMultipart>();
          try (var files = Files.newDirectoryStream(folders.parts())) {
            for (var file : files) {
              var name = file.getFileName().toString();
              try {
                var modified =
                    Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
                pending.add(
                    new PendingMultipart(
                        FsMultipartWrite.keyOf(name),
                        name,
                        Duration.between(modified, Instant.now())));
              } catch (NoSuchFileException gone) {
                continue; // finished between the listing and the look
              }
            }
          }
          return pending;
        });
  }

  @Override
  public Future<Buffer> read(String key) {
    var path = folders.path(key);
    return blocking(
        () -> {
          try (var channel = Folders.open(path, StandardOpenOption.READ);
              var bytes = Channels.newInputStream(channel)) {
            return Buffer.buffer(bytes.readAllBytes());
          }
        });
  }

  @Override
  public Future<Content> open(String key, long offset, long length) {
    var path = folders.path(key);
    return blocking(
        () -> {
          var channel = Folders.open(path, StandardOpenOption.READ);
          if (channel.size() < offset + length) {
            channel.close();
            throw new EOFException("a file is shorter than it was: " + path);
          }
          if (length > SENDFILE_FROM) {
            return new Content.InFile(channel, offset, length);
          }
          try (channel) {
            var bytes = ByteBuffer.allocate((int) length);
            while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {}
            return new Content.InMemory(Buffer.buffer(bytes.array()));
          }
        });
  }

  @Override
  public Future<Listing> list(ListRequest request) {
    return blocking(() -> new FolderLister(folders, request).list());
  }

  @Override
  public Future<Void> delete(Collection<String> keys) {
    var paths = keys.stream().map(folders::path).toList();
    return paths.isEmpty() ? Future.succeededFuture() : run(() -> folders.delete(paths));
  }

  @Override
  public int partSize() {
    return PART_SIZE;
  }

  @Override
  public int smallestPartSize() {
    return 1;
  }

  @Override
  public Future<Void> check() {
    return run(folders::check);
  }

  @Override
  public Future<Void> close() {
    return workers.close();
  }

  /**
   * Runs file system calls on a worker; their exceptions become what {@link ObjectStore} promises.
   */
  <T> Future<T> blocking(Callable<T> calls) {
    return workers.executeBlocking(
        () -> {
          try {
            return callIntact(calls);
          } catch (IOException e) {
            throw new RegistryException(DiskErrors.classify(e));
          }
        },
        false);
  }

  /** What is missing in a data directory that is missing itself may well be there later. */
  private <T> T callIntact(Callable<T> calls) throws Exception {
    try {
      return calls.call();
    } catch (NoSuchFileException missing) {
      folders.requireIntact();
      throw new ObjectNotFound(String.valueOf(missing.getFile()));
    } catch (ObjectNotFound missing) {
      folders.requireIntact();
      throw missing;
    }
  }

  /** The same for calls without a result. */
  Future<Void> run(FileCall calls) {
    return this.<Boolean>blocking(
            () -> {
              calls.run();
              return true;
            })
        .mapEmpty();
  }

  /** File system calls, to be made on a worker. */
  @FunctionalInterface
  interface FileCall {
    void run() throws IOException;
  }
}
