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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One page of a listing, read from folders, in the order and with the meaning that S3 gives to it:
 * keys are ordered as texts, so a folder {@code a/} comes behind {@code a-b} and {@code a.b};
 * folders without an object in them don't exist. (Keys are ASCII, so the order of Java's strings is
 * the order of their bytes.)
 */
final class FolderLister {
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

  private record Child(Path path, String key, BasicFileAttributes attributes) {}

  private void visit(Path folder, String folderKey) throws IOException {
    for (var child : children(folder, folderKey)) {
      if (truncated) {
        return;
      }
      boolean folded = child.attributes.isDirectory();
      if (!folded) {
        if (child.key.compareTo(request.startAfter()) > 0 && hasRoom()) {
          entries.add(
              Listing.entry(
                  child.key,
                  child.attributes.size(),
                  child.attributes.lastModifiedTime().toInstant(),
                  now));
          last = child.key;
        }
      } else if (request.byFolder()) {
        if (child.key.compareTo(request.startAfter()) > 0 && holdsObject(child.path) && hasRoom()) {
          prefixes.add(child.key);
          last = child.key;
        }
      } else if (child.key.compareTo(request.startAfter()) > 0
          || request.startAfter().startsWith(child.key)) {
        visit(child.path, child.key);
      }
    }
  }

  private boolean hasRoom() {
    truncated = entries.size() + prefixes.size() == request.limit();
    return !truncated;
  }

  private List<Child> children(Path folder, String folderKey) throws IOException {
    var children = new ArrayList<Child>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (var file : files) {
        var name = file.getFileName().toString();
        if (name.startsWith(".")) {
          continue; // our own folders; what an operator put there is not an object either
        }
        var key = folderKey + name;
        // A longer prefix goes on within a name: it never reaches below this folder.
        if (!key.startsWith(request.prefix())) {
          continue;
        }
        try {
          var attributes =
              Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          if (attributes.isDirectory()) {
            children.add(new Child(file, key + "/", attributes));
          } else if (attributes.isRegularFile()) {
            children.add(new Child(file, key, attributes));
          }
        } catch (NoSuchFileException gone) {
          continue; // deleted between the listing and the look
        }
      }
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    children.sort(java.util.Comparator.comparing(Child::key));
    return children;
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
