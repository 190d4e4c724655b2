package io.sluice.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells which of some files have new content. It does nothing by itself: somebody calls {@link
 * #look} every now and then. Confined to one thread at a time, which must be none of Vert.x's event
 * loops: every method reads from the disk.
 */
final class FileWatch {

  /*
   * Files are looked at, rather than watched by inotify. That doesn't tell of what another machine writes to a network
   * file system, and it watches a folder's inode: when Kubernetes swaps the symbolic link that a mounted Secret lies
   * behind, or an editor renames a new file over the old one, watches hold on to what isn't there any more, and have to be
   * set up anew without missing what happens meanwhile. A stat of ten files a second costs nothing and can't get out of
   * step. A file is read only when its path behind all links, inode, length or time has changed.
   *
   * New content counts when two looks in a row have found the same state, so that a file that is just being written isn't
   * taken by half.
   */

  /** Of what is longer, only the beginning and the length are compared. In bytes. */
  private static final int MOST = 16 << 20;

  private static final int PIECE = 64 << 10;

  private Map<Path, Watched> files = new LinkedHashMap<>();

  /** Looks at these files from now on. */
  FileWatch(Collection<Path> files) {
    watch(files);
  }

  /**
   * Looks at these files from now on. Of those that are new to it, what they hold now is known: so
   * this comes before whatever reads them, lest a change in between be missed.
   */
  void watch(Collection<Path> next) {
    var watched = new LinkedHashMap<Path, Watched>();
    for (var file : next) {
      var known = files.get(file);
      watched.put(file, known == null ? new Watched(file) : known);
    }
    files = watched;
  }

  /** Takes whatever the file holds for new. */
  void forget(Path file) {
    var watched = files.get(file);
    if (watched != null) {
      watched.content = null;
    }
  }

  /** The files whose content is another one than was told last, once it has settled. */
  List<Path> look() {
    return look(true);
  }

  /** Like {@link #look}, but takes a file as it is, be it that it is just being written. */
  List<Path> lookAtOnce() {
    return look(false);
  }

  private List<Path> look(boolean settled) {
    var changed = new ArrayList<Path>();
    files.forEach(
        (file, watched) -> {
          if (watched.hasChanged(settled)) {
            changed.add(file);
          }
        });
    return List.copyOf(changed);
  }

  /** What tells that a file may have other content, without reading it. */
  private record State(Path realPath, @Nullable Object inode, long size, FileTime modified) {

    /** Null if there is no file that can be read: also for a moment, while links are swapped. */
    static @Nullable State of(Path file) {
      try {
        var realPath = file.toRealPath();
        var attributes = Files.readAttributes(realPath, BasicFileAttributes.class);
        return attributes.isRegularFile()
            ? new State(
                realPath, attributes.fileKey(), attributes.size(), attributes.lastModifiedTime())
            : null;
      } catch (IOException e) {
        return null;
      }
    }
  }

  /** One file, and what is known of it. */
  private static final class Watched {
    private final Path file;
    private @Nullable State seen;
    // The state in which the content was read last, when it had settled then.
    private @Nullable State read;
    private @Nullable String content;

    /**
     * The content counts as known, but the file is read once more at the next look: what is written
     * within the same tick of the file system's clock has the same state.
     */
    Watched(Path file) {
      this.file = file;
      this.seen = State.of(file);
      this.content = seen == null ? null : contentOf(file);
    }

    boolean hasChanged(boolean settled) {
      var state = State.of(file);
      var before = seen;
      seen = state;
      if (state == null || state.equals(read) || (settled && !state.equals(before))) {
        return false;
      }
      var found = contentOf(file);
      seen = State.of(file);
      if (found == null || (settled && !state.equals(seen))) {
        return false;
      }
      read = settled ? state : null;
      boolean isNew = !found.equals(content);
      content = found;
      return isNew;
    }

    /** The length and a digest; null if it can't be read. */
    private static @Nullable String contentOf(Path file) {
      try (var in = Files.newInputStream(file)) {
        var digest = MessageDigest.getInstance("SHA-256");
        var piece = new byte[PIECE];
        int length = 0;
        while (length < MOST) {
          int count = in.read(piece, 0, Math.min(PIECE, MOST - length));
          if (count < 0) {
            break;
          }
          digest.update(piece, 0, count);
          length += count;
        }
        var hash = HexFormat.of().formatHex(digest.digest());
        return length < MOST ? hash : hash + " of " + Files.size(file);
      } catch (IOException e) {
        return null;
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
