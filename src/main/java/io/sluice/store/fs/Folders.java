package io.sluice.store.fs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The folders of the store, and how a file comes into being below them and goes: whole, durable,
 * and without leaving empty folders behind. Blocking calls, for workers only; stateless, so thread
 * safe.
 */
final class Folders {

  /** Folders of our own begin with a dot, which no key does. */
  private static final String TEMPORARY = ".tmp";

  private static final String PARTS = ".parts";

  /**
   * A folder that was made for a file can be removed as empty by somebody else before the file is
   * in it.
   */
  private static final int ATTEMPTS = 100;

  private final Path root;
  private final Path temporary;
  private final Path parts;
  private final boolean fsync;
  private final boolean direct;

  private Folders(Path root, boolean fsync, boolean direct) {
    this.root = root;
    this.temporary = root.resolve(TEMPORARY);
    this.parts = root.resolve(PARTS);
    this.fsync = fsync;
    this.direct = direct;
  }

  static Folders open(Path root, boolean fsync) throws IOException {
    // The real path once, at the start: a symbolic link as root is the operator's choice.
    var real = Files.createDirectories(root).toRealPath();
    Files.createDirectories(real.resolve(PARTS));
    var temporary = Files.createDirectories(real.resolve(TEMPORARY));
    var folders = new Folders(real, fsync, PartFile.canWriteDirectly(temporary));
    try (var leftovers = Files.newDirectoryStream(folders.temporary)) {
      for (var file : leftovers) {
        Files.deleteIfExists(file);
      }
    }
    folders.check();
    return folders;
  }

  Path root() {
    return root;
  }

  Path parts() {
    return parts;
  }

  /**
   * Where a key lies. Keys are made by us from checked parts; this is the second lock on the door.
   */
  Path path(String key) {
    for (var component : key.split("/", -1)) {
      if (component.isEmpty() || component.startsWith(".") || component.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("not a key: " + key);
      }
    }
    return root.resolve(key);
  }

  /**
   * Throws when this is not the folder that was opened any more: a volume that is not mounted is no
   * empty store.
   */
  void requireIntact() throws IOException {
    if (!Files.isDirectory(temporary)) {
      throw new IOException(DiskErrors.VANISHED);
    }
  }

  /** Throws when a file can't be made here. */
  void check() throws IOException {
    var probe = temporary.resolve("probe-" + UUID.randomUUID());
    Files.createFile(probe);
    Files.delete(probe);
  }

  /** A file without content is whole as soon as it is there. Twice is as good as once. */
  void createEmpty(Path path) throws IOException {
    withFolder(
        path,
        () -> {
          try (var channel =
              FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            if (fsync) {
              channel.force(true);
            }
          } catch (FileAlreadyExistsException there) {
            // a marker
          }
        });
  }

  /** Writes elsewhere, then renames: nobody sees half of it. */
  void createWhole(Path path, ByteBuffer... content) throws IOException {
    var draft = temporary.resolve(UUID.randomUUID().toString());
    try {
      try (var channel =
          FileChannel.open(draft, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        for (var buffer : content) {
          var rest = buffer.duplicate();
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        }
        if (fsync) {
          channel.force(true);
        }
      }
      moveIn(draft, path);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(draft);
      throw e;
    }
  }

  /** Gives a written (and synced) file its name, once. */
  void moveIn(Path draft, Path path) throws IOException {
    withFolder(
        path,
        () -> {
          try {
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
          } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the data directory must be one file system", e);
          }
        });
  }

  /**
   * Opens a file that is there. One that was replaced by a symbolic link counts as missing, as it
   * does in a listing: it may lead anywhere. (Folders may be links, which is the operator's
   * choice.)
   */
  static FileChannel open(Path path, OpenOption... how) throws IOException {
    var options = new HashSet<OpenOption>(List.of(how));
    options.add(LinkOption.NOFOLLOW_LINKS);
    try {
      return FileChannel.open(path, options);
    } catch (IOException e) {
      if (Files.isSymbolicLink(path)) {
        throw new NoSuchFileException(path.toString(), null, "it is a symbolic link");
      }
      throw e;
    }
  }

  void delete(List<Path> paths) throws IOException {
    Set<Path> touched = new LinkedHashSet<>();
    for (var path : paths) {
      if (Files.deleteIfExists(path)) {
        touched.add(folderOf(path));
      }
    }
    for (var folder : touched) {
      var remaining = removeEmpty(folder);
      if (fsync) {
        sync(remaining);
      }
    }
  }

  boolean fsync() {
    return fsync;
  }

  /** Whether large files may be written past the page cache. */
  boolean direct() {
    return direct;
  }

  /** Removes the folder and those above that are empty by that; returns the lowest that stays. */
  private Path removeEmpty(Path folder) throws IOException {
    // A link to a folder is the operator's: it would go whatever is in the folder.
    while (!folder.equals(root) && !Files.isSymbolicLink(folder)) {
      try {
        Files.deleteIfExists(folder);
      } catch (DirectoryNotEmptyException e) {
        return folder;
      }
      folder = folderOf(folder);
    }
    return folder;
  }

  /** Makes a name in a folder, making the folder when it is missing, and syncs both. */
  private void withFolder(Path path, FsObjectStore.FileCall call) throws IOException {
    var folder = folderOf(path);
    for (int attempt = 1; ; attempt++) {
      try {
        call.run();
        if (fsync) {
          sync(folder);
        }
        return;
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS) {
          throw new IOException("the folder of a new file vanishes again and again", e);
        }
        makeFolder(folder);
      }
    }
  }

  /** Makes a folder and those above that are missing; as a rule only the lowest is. */
  private void makeFolder(Path folder) throws IOException {
    var parent = folderOf(folder);
    if (parent.equals(root) || !parent.startsWith(root)) {
      requireIntact();
    }
    if (makeLowest(folder)) {
      return;
    }
    makeFolder(parent);
    // Should somebody have removed the empty parent again, the caller starts over.
    makeLowest(folder);
  }

  /** False if the folder above is missing. */
  private boolean makeLowest(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
      if (fsync) {
        sync(folderOf(folder));
      }
    } catch (FileAlreadyExistsException raced) {
      // Somebody else was quicker; then it is there all the same.
    } catch (NoSuchFileException e) {
      return false;
    }
    return true;
  }

  private static void sync(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (NoSuchFileException gone) {
      // removed as empty meanwhile; its parent's owner syncs that
    }
  }

  private static Path folderOf(Path path) {
    var parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no folder above " + path);
    }
    return parent;
  }
}
