package io.sluice.registry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.store.ListRequest;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulid;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * What the tags of repositories name, and what they named before. Confined to the storage
 * verticle's context.
 *
 * <p>A tag's value is the name of an object; moving the tag writes a new one, greater than all that
 * were seen, and moves those to the history. So two pushes at once leave both values, of which the
 * greater counts, and no deletion can hit a value that it has not seen. Values that were fetched
 * from an upstream are less than all that users push, and contain their {@link TagOrigin}.
 */
final class Tags {
  /** How often a move starts over that may not overwrite, and met another one. */
  private static final int ATTEMPTS = 3;

  private final ObjectStore store;
  private final Ulids ulids;
  private final Grace grace;
  private final int historyLength;
  private final Cache<Key, TagValue> current;
  private final Turns<Key> turns = new Turns<>();

  /** Counts what was moved or deleted here: an answer to an older question is not remembered. */
  private long changes;

  private record Key(RepositoryName repository, Tag tag) {}

  private record Value(String key, Ulid ulid, Digest digest, boolean isFromUpstream) {}

  Tags(ObjectStore store, Ulids ulids, Grace grace, Duration trustFor, int historyLength) {
    this.store = store;
    this.ulids = ulids;
    this.grace = grace;
    this.historyLength = historyLength;
    this.current =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(grace::now)
            .expireAfterWrite(trustFor)
            .maximumSize(20_000)
            .build();
  }

  /** The digest that a tag names now. */
  Future<Optional<Digest>> find(RepositoryName repository, Tag tag) {
    return value(repository, tag).map(found -> found.map(TagValue::digest));
  }

  /** What a tag names now, and whether that came from an upstream. */
  Future<Optional<TagValue>> value(RepositoryName repository, Tag tag) {
    var key = new Key(repository, tag);
    var known = current.getIfPresent(key);
    if (known != null) {
      return Future.succeededFuture(Optional.of(known));
    }
    long asked = changes;
    return values(repository, tag)
        .map(
            values -> {
              if (values.isEmpty()) {
                return Optional.empty();
              }
              var last = values.getLast();
              var value = new TagValue(last.digest, last.isFromUpstream, last.key);
              if (asked == changes) {
                current.put(key, value);
              }
              return Optional.of(value);
            });
  }

  /** Where such a value came from; empty for a user's, and for one that is being replaced. */
  Future<Optional<TagOrigin>> origin(TagValue value) {
    return value.isFromUpstream()
        ? store
            .read(value.key())
            .map(bytes -> Optional.of(TagOrigin.decode(value.key(), bytes)))
            .recover(
                cause ->
                    cause instanceof ObjectNotFound
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(cause))
        : Future.succeededFuture(Optional.empty());
  }

  /** The same, but from the store: what was seen a while ago isn't believed. */
  Future<Optional<Digest>> look(RepositoryName repository, Tag tag) {
    return values(repository, tag).map(Tags::counting);
  }

  private static Optional<Digest> counting(List<Value> values) {
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast().digest());
  }

  /**
   * Lets the tag name this digest from now on. Fails with {@link RegistryError.Denied} when that is
   * not within the rights.
   *
   * @param inTime whether the manifest may still be relied on; asked right before the value is
   *     written
   * @return whether that was so; if not, nothing was moved
   */
  Future<Boolean> move(
      RepositoryName repository, Tag tag, Digest digest, TagRights rights, BooleanSupplier inTime) {
    var move = new Move(repository, tag, digest, rights, Optional.empty(), inTime);
    return rights.mayOverwrite(tag)
        ? move(move)
        : turns.take(new Key(repository, tag), () -> moveAlone(move, ATTEMPTS));
  }

  /**
   * Lets the tag name what an upstream has under it, unless a user has pushed it: then nothing is
   * changed. A user's push at the same moment counts, whichever is written last.
   *
   * @param inTime as for {@link #move}
   * @return whether that was so
   */
  Future<Boolean> follow(
      RepositoryName repository, Tag tag, Digest digest, TagOrigin origin, BooleanSupplier inTime) {
    return values(repository, tag)
        .compose(
            old ->
                !old.isEmpty() && !old.getLast().isFromUpstream
                    ? Future.succeededFuture(true)
                    : move(
                        new Move(
                            repository, tag, digest, TagRights.BOTH, Optional.of(origin), inTime)));
  }

  private record Move(
      RepositoryName repository,
      Tag tag,
      Digest digest,
      TagRights rights,
      Optional<TagOrigin> origin,
      BooleanSupplier inTime) {

    Written write(Ulid ulid, List<Value> old) {
      var values = Layout.values(repository, tag);
      return origin.isEmpty()
          ? new Written(values + Layout.stamped(ulid, digest), old)
          // What a user has pushed meanwhile is not replaced.
          : new Written(
              values + Layout.stampedFromUpstream(ulid, digest),
              old.stream().filter(Value::isFromUpstream).toList());
    }

    ByteBuffer content() {
      return origin.map(TagOrigin::encode).orElseGet(() -> ByteBuffer.allocate(0));
    }
  }

  private Future<Boolean> move(Move move) {
    return write(move)
        .compose(
            written ->
                written.isEmpty()
                    ? Future.succeededFuture(false)
                    : retire(
                            move.repository,
                            move.tag,
                            written.get().replaced,
                            Optional.of(move.digest))
                        .map(true));
  }

  /**
   * Moves a tag that must not be overwritten: after the value was written, it is looked whether
   * somebody else's has appeared since the first look. If so, it is taken back, and begun anew. Of
   * two who write at once at least one sees the other, so never do both succeed; whoever dies
   * before they look leaves the greater value, as in any other race; and so does whoever looks only
   * when half the grace has passed: the collector may then have removed the other value, as the
   * lesser one.
   */
  private Future<Boolean> moveAlone(Move move, int attempts) {
    long start = grace.now();
    return write(move)
        .compose(
            written ->
                written.isEmpty()
                    ? Future.succeededFuture(false)
                    : values(move.repository, move.tag)
                        .compose(now -> keepIfAlone(move, written.get(), now, start, attempts)));
  }

  private Future<Boolean> keepIfAlone(
      Move move, Written written, List<Value> now, long start, int attempts) {
    boolean alone =
        now.stream()
            .allMatch(it -> it.digest().equals(move.digest) || written.replaced.contains(it));
    if (alone || grace.isTooLateSince(start)) {
      return retire(move.repository, move.tag, written.replaced, Optional.of(move.digest))
          .map(true);
    }
    return store
        .delete(List.of(written.key))
        .onComplete(_ -> changed(move.repository, move.tag))
        .compose(
            _ ->
                attempts > 1
                    ? moveAlone(move, attempts - 1)
                    : Future.failedFuture(
                        new RegistryException(
                            new RegistryError.Denied(
                                "the tag "
                                    + move.tag
                                    + " is being pushed by somebody else at the same time"))));
  }

  /**
   * A value that was written.
   *
   * @param replaced those that were there before
   */
  private record Written(String key, List<Value> replaced) {}

  /** Writes the new value, if it is in time and within the rights. */
  private Future<Optional<Written>> write(Move move) {
    return values(move.repository, move.tag)
        .compose(
            old -> {
              move.rights.require(move.tag, counting(old), move.digest);
              if (!move.inTime.getAsBoolean()) {
                return Future.succeededFuture(Optional.empty());
              }
              var ulid = old.isEmpty() ? ulids.next() : ulids.nextAfter(old.getLast().ulid());
              var written = move.write(ulid, old);
              return store
                  .put(written.key, move.content())
                  .onComplete(_ -> changed(move.repository, move.tag))
                  .map(Optional.of(written));
            });
  }

  private void changed(RepositoryName repository, Tag tag) {
    changes++;
    current.invalidate(new Key(repository, tag));
  }

  /** Takes the tag away; empty if it was not there. */
  Future<Optional<Digest>> delete(RepositoryName repository, Tag tag) {
    return values(repository, tag)
        .compose(
            old ->
                old.isEmpty()
                    ? Future.succeededFuture(Optional.<Digest>empty())
                    : retire(repository, tag, old, Optional.empty())
                        .map(Optional.of(old.getLast().digest())))
        .onComplete(_ -> changed(repository, tag));
  }

  /**
   * Takes the tag away if it names this digest; if it only did, takes away what is left of that.
   *
   * @return whether the tag is gone
   */
  private Future<Boolean> deleteIfNaming(RepositoryName repository, Tag tag, Digest digest) {
    return values(repository, tag)
        .compose(
            old -> {
              boolean named = !old.isEmpty() && old.getLast().digest().equals(digest);
              var going =
                  named ? old : old.stream().filter(it -> it.digest().equals(digest)).toList();
              return retire(repository, tag, going, Optional.empty()).map(named);
            })
        .onComplete(_ -> changed(repository, tag));
  }

  /** Takes away every tag that names this digest. */
  Future<List<Tag>> deleteAllOf(RepositoryName repository, Digest digest) {
    var removed = new ArrayList<Tag>();
    return Listings.forEachPage(
            store,
            ListRequest.below(Layout.tags(repository)),
            page -> {
              Future<?> last = Future.succeededFuture();
              for (var entry : page.entries()) {
                if (Layout.stampedDigest(entry.name()).filter(digest::equals).isPresent()) {
                  var tag = Layout.tagOfValue(entry.key());
                  last =
                      last.compose(_ -> deleteIfNaming(repository, tag, digest))
                          .onSuccess(
                              gone -> {
                                if (gone) {
                                  removed.add(tag);
                                }
                              });
                }
              }
              return last.map(true);
            })
        .map(removed);
  }

  /** Every tag that names this digest, in lexical order. */
  Future<List<Tag>> naming(RepositoryName repository, Digest digest) {
    var naming = new TreeSet<Tag>();
    return Listings.forEachPage(
            store,
            ListRequest.below(Layout.tags(repository)),
            page -> {
              for (var entry : page.entries()) {
                var value = Layout.stampedDigest(entry.name());
                if (value.isPresent()) {
                  // Values of one tag come one after the other, and the last one counts.
                  var tag = Layout.tagOfValue(entry.key());
                  if (value.get().equals(digest)) {
                    naming.add(tag);
                  } else {
                    naming.remove(tag);
                  }
                }
              }
              return Future.succeededFuture(true);
            })
        .map(_ -> List.copyOf(naming));
  }

  /** Tags in lexical order, behind {@code last}. */
  Future<List<Tag>> list(RepositoryName repository, Optional<Tag> last, int limit) {
    var prefix = Layout.tags(repository);
    var tags = new ArrayList<Tag>();
    var start = last.map(tag -> Layout.values(repository, tag)).orElse("");
    return Listings.forEachPage(
            store,
            ListRequest.folders(prefix).startAfter(start).limit(Math.min(limit, 1000)),
            page -> {
              page.folders().stream().map(Layout::tagOfFolder).forEach(tags::add);
              return Future.succeededFuture(tags.size() < limit);
            })
        .map(_ -> tags.size() <= limit ? tags : tags.subList(0, limit));
  }

  /**
   * Moves values to the history (one that names the same digest as the tag does now only goes),
   * then cuts that to its length.
   */
  private Future<Void> retire(
      RepositoryName repository, Tag tag, List<Value> old, Optional<Digest> now) {
    if (old.isEmpty()) {
      return Future.succeededFuture();
    }
    var history = Layout.history(repository, tag);
    var moved = new ArrayList<Future<?>>();
    for (var value : old) {
      if (historyLength > 0 && !now.equals(Optional.of(value.digest()))) {
        moved.add(
            store.put(
                history + Layout.stamped(value.ulid(), value.digest()), ByteBuffer.allocate(0)));
      }
    }
    return (moved.isEmpty() ? Future.succeededFuture() : Future.all(moved))
        .compose(_ -> deleteInOrder(old.iterator()))
        .compose(_ -> moved.isEmpty() ? Future.succeededFuture() : trim(history));
  }

  /** The oldest first: no value may count again because the one that replaced it is gone. */
  private Future<Void> deleteInOrder(Iterator<Value> old) {
    return old.hasNext()
        ? store.delete(List.of(old.next().key())).compose(_ -> deleteInOrder(old))
        : Future.succeededFuture();
  }

  private Future<Void> trim(String history) {
    return Listings.all(store, history)
        .compose(
            entries ->
                entries.size() <= historyLength
                    ? Future.succeededFuture()
                    : store.delete(
                        entries.subList(0, entries.size() - historyLength).stream()
                            .map(e -> e.key())
                            .toList()));
  }

  private Future<List<Value>> values(RepositoryName repository, Tag tag) {
    return Listings.all(store, Layout.values(repository, tag))
        .map(
            entries -> {
              var values = new ArrayList<Value>();
              for (var entry : entries) {
                var ulid = Layout.stamp(entry.name());
                var digest = Layout.stampedDigest(entry.name());
                if (ulid.isPresent() && digest.isPresent()) {
                  values.add(
                      new Value(
                          entry.key(),
                          ulid.get(),
                          digest.get(),
                          Layout.isFromUpstream(entry.name())));
                }
              }
              return values;
            });
  }
}
