package io.sluice.registry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.registry.ApiKeyFolder.StoredKey;
import io.sluice.registry.Commands.ListedApiKey;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API keys of users. Confined to the storage verticle's context.
 *
 * <p>What is asked most often, whether a user has a key of this hash, stands in the names of the
 * objects: one listing of the user's folder answers it, and bodies, which never change, are read
 * once.
 */
final class ApiKeys {
  private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);

  /** How many keys a user may have. */
  static final int MOST = 100;

  /** In bytes; more would not fit into a file's name. */
  static final int LONGEST_NAME = 128;

  /** How exactly it is known when a key was used last. */
  static final Duration USED_EVERY = Duration.ofHours(1);

  private static final int REMEMBERED = 10_000;

  private final ObjectStore store;
  private final Cache<Name, ApiKeyRecord> found;
  private final Cache<String, ApiKeyRecord> bodies;
  private final Cache<Name, Instant> used;
  private final Turns<String> puts = new Turns<>();

  /** Counts what was deleted here: an answer to an older question is not remembered. */
  private long deletions;

  /** A key of a user, by its hash or by its uuid. */
  private record Name(String user, String key) {}

  ApiKeys(ObjectStore store, Duration trustFor, LongSupplier nanos) {
    this.store = store;
    this.found =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(nanos::getAsLong)
            .expireAfterWrite(trustFor)
            .maximumSize(REMEMBERED)
            .build();
    this.bodies = Caffeine.newBuilder().executor(Runnable::run).maximumSize(REMEMBERED).build();
    this.used = Caffeine.newBuilder().executor(Runnable::run).maximumSize(REMEMBERED).build();
  }

  /** Keeps a new key. Fails with {@link RegistryError.ApiKeyLimit}. */
  Future<Void> put(ApiKeyRecord key) {
    if (!isUserName(key.user())) {
      return limit("the user's name is longer than " + LONGEST_NAME + " bytes, or empty");
    }
    return puts.take(
        key.user(),
        () ->
            folder(key.user())
                .compose(
                    folder ->
                        folder.keys().size() >= MOST
                            ? limit("there are " + MOST + " API keys already; delete one first")
                            : store.put(Layout.apiKey(key), key.toJson())));
  }

  private static Future<Void> limit(String reason) {
    return Future.failedFuture(new RegistryException(new RegistryError.ApiKeyLimit(reason)));
  }

  /** The user's key of this hash, be it expired or not. */
  Future<Optional<ApiKeyRecord>> find(String user, String hash) {
    if (!isUserName(user) || !ApiKeyRecord.isHash(hash)) {
      return Future.succeededFuture(Optional.empty());
    }
    var name = new Name(user, hash);
    var known = found.getIfPresent(name);
    if (known != null) {
      return Future.succeededFuture(Optional.of(known));
    }
    long asked = deletions;
    return folder(user)
        .compose(
            folder -> {
              var key = folder.keys().stream().filter(it -> it.hash().equals(hash)).findFirst();
              return key.isPresent()
                  ? body(user, key.get())
                  : Future.succeededFuture(Optional.<ApiKeyRecord>empty());
            })
        .onSuccess(
            record -> {
              if (asked == deletions) {
                record.ifPresent(it -> found.put(name, it));
              }
            });
  }

  /** The keys of a user, the oldest first. */
  Future<List<ListedApiKey>> list(String user) {
    if (!isUserName(user)) {
      return Future.succeededFuture(List.of());
    }
    return folder(user)
        .compose(
            folder -> {
              var list = new ArrayList<ListedApiKey>();
              var reads = new ArrayList<Supplier<Future<?>>>();
              for (var key : folder.keys()) {
                reads.add(
                    () ->
                        body(user, key)
                            .onSuccess(
                                record ->
                                    record.ifPresent(
                                        it ->
                                            list.add(
                                                new ListedApiKey(
                                                    it, folder.lastUsed(key.uuid()))))));
              }
              return Batches.run(reads).map(list);
            })
        .map(
            list ->
                list.stream()
                    .sorted(
                        Comparator.comparing((ListedApiKey it) -> it.key().created())
                            .thenComparing(it -> it.key().uuid()))
                    .toList());
  }

  /** Takes a key away; false if there is none. */
  Future<Boolean> delete(String user, String uuid) {
    if (!isUserName(user) || !ApiKeyRecord.isUuid(uuid)) {
      return Future.succeededFuture(false);
    }
    return folder(user)
        .compose(
            folder -> {
              var keys = folder.keys(uuid);
              // The key itself first: what is left of it when this is cut off grants nothing.
              return store
                  .delete(keys)
                  .compose(_ -> store.delete(folder.useMarkers(uuid)))
                  .map(!keys.isEmpty());
            })
        .onComplete(
            _ -> {
              deletions++;
              found
                  .asMap()
                  .values()
                  .removeIf(it -> it.user().equals(user) && it.uuid().equals(uuid));
            });
  }

  /**
   * Remembers that a key was used; at most once per {@link #USED_EVERY} that costs more than a look
   * into memory.
   */
  Future<Void> touch(String user, String uuid, Instant at) {
    if (!isUserName(user) || !ApiKeyRecord.isUuid(uuid)) {
      return Future.succeededFuture();
    }
    var name = new Name(user, uuid);
    if (isRecent(Optional.ofNullable(used.getIfPresent(name)), at)) {
      return Future.succeededFuture();
    }
    used.put(name, at);
    return folder(user)
        .compose(
            folder -> {
              var last = folder.lastUsed(uuid);
              if (folder.keys(uuid).isEmpty()) {
                return Future.succeededFuture();
              }
              if (isRecent(last, at)) {
                used.put(name, last.orElseThrow());
                return Future.succeededFuture();
              }
              var marker = Layout.apiKeyUsed(user, uuid, new Ulids(InstantSource.fixed(at)).next());
              return store
                  .put(marker, ByteBuffer.allocate(0))
                  .compose(_ -> store.delete(folder.useMarkers(uuid)));
            })
        .onFailure(_ -> used.invalidate(name));
  }

  private static boolean isRecent(Optional<Instant> last, Instant at) {
    return last.filter(it -> Duration.between(it, at).compareTo(USED_EVERY) < 0).isPresent();
  }

  private Future<ApiKeyFolder> folder(String user) {
    return Listings.all(store, Layout.apiKeys(user)).map(ApiKeyFolder::of);
  }

  /** What a key's object says; empty if it is gone, or damaged. */
  private Future<Optional<ApiKeyRecord>> body(String user, StoredKey key) {
    var known = bodies.getIfPresent(key.key());
    if (known != null) {
      return Future.succeededFuture(Optional.of(known));
    }
    return store
        .read(key.key())
        .map(
            bytes -> {
              var record = parse(user, key, bytes);
              record.ifPresent(it -> bodies.put(key.key(), it));
              return record;
            })
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    ? Future.succeededFuture(Optional.empty())
                    : Future.failedFuture(cause));
  }

  private static Optional<ApiKeyRecord> parse(String user, StoredKey key, Buffer bytes) {
    try {
      var record = ApiKeyRecord.parse(bytes);
      if (record.user().equals(user)
          && record.uuid().equals(key.uuid())
          && record.hash().equals(key.hash())) {
        return Optional.of(record);
      }
      LOG.atWarn().addKeyValue("uuid", key.uuid()).log("an API key has another's record");
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("uuid", key.uuid())
          .setCause(e)
          .log("the record of an API key is damaged");
    }
    return Optional.empty();
  }

  /** Whether it is a name that can be kept, and be read again as it was. */
  private static boolean isUserName(String user) {
    var bytes = user.getBytes(StandardCharsets.UTF_8);
    return bytes.length > 0
        && bytes.length <= LONGEST_NAME
        && new String(bytes, StandardCharsets.UTF_8).equals(user);
  }
}
