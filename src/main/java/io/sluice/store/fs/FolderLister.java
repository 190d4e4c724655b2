package io.sluice.store.fs;

import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * One page of a listing, read from folders, in the order and with the meaning that S3 gives to it:
 * keys are ordered as texts, so a folder {@code a/} comes behind {@code a-b} and {@code a.b};
 * folders without an object in them don't exist. (Keys are ASCII, so the order of Java's strings is
 * the order of their bytes.)
 */
final class FolderLister {
  /** So many names are looked at in one reading of a folder, also where fewer are missing. */
  private static final int FEW = 16;

  private final ListRequest request;
  private final Folders folders;
  private final Instant now = Instant.now();
  private final List<Listing.Entry> entries = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();
  private String last = "";
  private boolean truncated;

  FolderLister(Folders folders, ListRequest request) {
    this.folders = folders;
    this.request = request;
  }

  Listing list() throws IOException {
    int slash = request.prefix().lastIndexOf('/');
    var folderKey = request.prefix().substring(0, slash + 1);
    var start = slash < 0 ? folders.root() : folders.path(request.prefix().substring(0, slash));
    visit(start, folderKey);
    if (entries.isEmpty() && prefixes.isEmpty()) {
      folders.requireIntact();
    }
    return new Listing(entries, prefixes, truncated ? Optional.of(last) : Optional.empty());
  }

  private record Child(Path path, String key) {}

  /*
   * A folder may have a hundred thousand names and is read anew for each page, so only those are kept that the page has
   * room for, and only those are looked at. They come in the order of names; a folder's key, which ends with a slash, may
   * come behind some more of them: it waits until it is its turn. Those that wait begin with one another, so the last is
   * the first.
   */
  private void visit(Path folder, String folderKey) throws IOException {
    var waiting = new ArrayDeque<Child>();
    var after = "";
    List<String> names;
    int most;
    do {
      most = Math.max(FEW, request.limit() - entries.size() - prefixes.size() + 1);
      names = names(folder, folderKey, after, most);
      for (var name : names) {
        var key = folderKey + name;
        while (!waiting.isEmpty() && waiting.peek().key.compareTo(key) < 0) {
          visitFolder(waiting.pop());
        }
        look(folder.resolve(name), key, waiting);
        if (truncated) {
          return;
        }
        after = name;
      }
    } while (names.size() == most);
    while (!waiting.isEmpty() && !truncated) {
      visitFolder(waiting.pop());
    }
  }

  private void look(Path path, String key, Deque<Child> waiting) throws IOException {
    if (truncated) {
      return;
    }
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException gone) {
      return; // deleted between the listing and the look
    }
    if (attributes.isDirectory()) {
      waiting.push(new Child(path, key + "/"));
    } else if (attributes.isRegularFile() && key.compareTo(request.startAfter()) > 0 && hasRoom()) {
      entries.add(
          Listing.entry(key, attributes.size(), attributes.lastModifiedTime().toInstant(), now));
      last = key;
    }
  }

  private void visitFolder(Child child) throws IOException {
    if (truncated) {
      return;
    }
    boolean behind = child.key.compareTo(request.startAfter()) > 0;
    if (!request.byFolder()) {
      if (behind || request.startAfter().startsWith(child.key)) {
        visit(child.path, child.key);
      }
    } else if (behind && holdsObject(child.path) && hasRoom()) {
      prefixes.add(child.key);
      last = child.key;
    }
  }

  private boolean hasRoom() {
    truncated = entries.size() + prefixes.size() == request.limit();
    return !truncated;
  }

  /** The first names of a folder behind {@code after} that may be of interest, in order. */
  private List<String> names(Path folder, String folderKey, String after, int most)
      throws IOException {
    // The greatest is the first to go.
    var first = new PriorityQueue<String>(Comparator.reverseOrder());
    try (var files = Files.newDirectoryStream(folder)) {
      for (var file : files) {
        var name = file.getFileName().toString();
        if (name.compareTo(after) > 0
            && (first.size() < most || name.compareTo(first.element()) < 0)
            && isOfInterest(name, folderKey + name)) {
          first.add(name);
          if (first.size() > most) {
            first.remove();
          }
        }
      }
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    var names = new ArrayList<>(first);
    names.sort(null);
    return names;
  }

  private boolean isOfInterest(String name, String key) {
    if (name.startsWith(".")) {
      return false; // our own folders; what an operator put there is not an object either
    }
    // A longer prefix goes on within a name: it never reaches below this folder.
    if (!key.startsWith(request.prefix())) {
      return false;
    }
    var asFolder = key + "/";
    return asFolder.compareTo(request.startAfter()) > 0
        || request.startAfter().startsWith(asFolder);
  }

  private static boolean holdsObject(Path folder) throws IOException {
    try (var files = Files.newDirectoryStream(folder)) {
      for (var file : files) {
        if (file.getFileName().toString().startsWith(".")) {
          continue;
        }
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
            ? holdsObject(file)
            : Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          return true;
        }
      }
      return false;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }
}
