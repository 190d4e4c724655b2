package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.registry.StoredKey;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What {@link PullTimes} wrote: objects with a line {@code <digest> <minute>} for each manifest,
 * which may be in several; the latest counts. A line that says something else is skipped.
 */
final class PullRecords {
  /** So many objects may lie there; more are merged. */
  private static final int FEW = 8;

  /** How often a reading begins again because others merge meanwhile. */
  private static final int TRIES = 5;

  private static final int AT_ONCE = 16;

  private PullRecords() {}

  /**
   * What was read.
   *
   * @param pulled when each manifest was pulled last
   * @param objects that said so
   */
  record Read(Map<Digest, Instant> pulled, List<Listing.Entry> objects) {}

  static void line(StringBuilder to, Digest digest, Instant minute) {
    to.append(digest).append(' ').append(minute).append('\n');
  }

  /** Reads all that is known of a repository. */
  static Future<Read> read(ObjectStore store, RepositoryName repository) {
    return read(store, repository, TRIES);
  }

  private static Future<Read> read(ObjectStore store, RepositoryName repository, int tries) {
    return Listings.all(store, Layout.pulls(repository))
        .compose(
            entries -> {
              var objects =
                  entries.stream()
                      .filter(it -> StoredKey.parse(it.key()) instanceof StoredKey.Pulls)
                      .toList();
              var pulled = new HashMap<Digest, Instant>();
              return addAll(store, objects, 0, pulled).map(_ -> new Read(pulled, objects));
            })
        .recover(
            cause ->
                // It was merged since it was listed, and what it said is in another object now.
                cause instanceof ObjectNotFound && tries > 1
                    ? read(store, repository, tries - 1)
                    : Future.failedFuture(cause));
  }

  private static Future<Void> addAll(
      ObjectStore store, List<Listing.Entry> objects, int from, Map<Digest, Instant> pulled) {
    if (from == objects.size()) {
      return Future.succeededFuture();
    }
    int end = Math.min(from + AT_ONCE, objects.size());
    var reads =
        objects.subList(from, end).stream()
            .map(object -> store.read(object.key()).onSuccess(content -> addLines(content, pulled)))
            .toList();
    return Future.all(reads).compose(_ -> addAll(store, objects, end, pulled));
  }

  private static void addLines(Buffer content, Map<Digest, Instant> pulled) {
    content.toString(StandardCharsets.US_ASCII).lines().forEach(line -> add(line, pulled));
  }

  private static void add(String line, Map<Digest, Instant> pulled) {
    int space = line.indexOf(' ');
    if (space < 0) {
      return;
    }
    try {
      var minute = Instant.parse(line.substring(space + 1));
      pulled.merge(Digest.parse(line.substring(0, space)), minute, (a, b) -> a.isAfter(b) ? a : b);
    } catch (DateTimeException | RegistryException damaged) {
      // Whoever wrote it, the other lines are good.
    }
  }

  /**
   * Puts one object in the place of those that were read, where there are more than a few of them
   * or something in them is of no use any more. Others may do so at the same time, or write: only
   * what was read is deleted, and only when it is safe elsewhere.
   *
   * @param gone manifests that are no longer there
   */
  static Future<Void> compact(
      ObjectStore store,
      RepositoryName repository,
      Read read,
      Predicate<Digest> gone,
      Ulids ulids) {
    var merged = new StringBuilder();
    boolean drops = read.pulled.isEmpty();
    for (var pull : read.pulled.entrySet()) {
      if (gone.test(pull.getKey())) {
        drops = true;
      } else {
        line(merged, pull.getKey(), pull.getValue());
      }
    }
    if (read.objects.isEmpty() || read.objects.size() <= FEW && !drops) {
      return Future.succeededFuture();
    }
    var written =
        merged.isEmpty()
            ? Future.<Void>succeededFuture()
            : store.put(
                Layout.pulls(repository) + ulids.next(),
                ByteBuffer.wrap(merged.toString().getBytes(StandardCharsets.US_ASCII)));
    return written.compose(
        _ -> store.delete(read.objects.stream().map(Listing.Entry::key).toList()));
  }
}
