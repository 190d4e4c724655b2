package io.sluice.store.memory;

import io.sluice.store.Content;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * An {@link ObjectStore} in memory, which also holds its callers to the rule that no key is written
 * twice. Thread safe. Each call takes effect at once; its future completes later, on the caller's
 * context.
 */
public final class MemoryObjectStore implements ObjectStore {
  private static final int PART_SIZE = 64 << 10;

  private final Vertx vertx;
  private final InstantSource clock;
  private final PartRules rules;
  private final ConcurrentNavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();
  private final Map<String, Pending> pending = new ConcurrentHashMap<>();

  /**
   * What the store asks of parts, as S3 does.
   *
   * @param smallest bytes of every part but the last
   * @param growEvery after so many parts, they should be larger by one
   * @param most parts of an object
   * @param listed whether unfinished writes are listed; MinIO doesn't list all
   */
  public record PartRules(int smallest, int growEvery, int most, boolean listed) {
    static final PartRules NONE = new PartRules(1, Integer.MAX_VALUE, Integer.MAX_VALUE, true);

    public PartRules(int smallest, int growEvery, int most) {
      this(smallest, growEvery, most, true);
    }
  }

  private record Stored(Buffer bytes, Instant modified) {}

  private record Pending(String key, Instant begun, TreeMap<Integer, Received> parts) {}

  private record Received(Buffer bytes, String receipt) {}

  /** One whose objects are as old as this clock says. */
  public MemoryObjectStore(Vertx vertx, InstantSource clock) {
    this(vertx, clock, PartRules.NONE);
  }

  /** One that is as particular about parts as S3. */
  public MemoryObjectStore(Vertx vertx, PartRules rules) {
    this(vertx, InstantSource.system(), rules);
  }

  private MemoryObjectStore(Vertx vertx, InstantSource clock, PartRules rules) {
    this.vertx = vertx;
    this.clock = clock;
    this.rules = rules;
  }

  public MemoryObjectStore(Vertx vertx) {
    this(vertx, InstantSource.system());
  }

  /** Every key that there is now, in order. */
  public List<String> keys() {
    return List.copyOf(objects.keySet());
  }

  /** How many multipart writes are neither completed nor aborted. */
  public int pendingCount() {
    return pending.size();
  }

  @Override
  public Future<Void> put(String key, ByteBuffer... content) {
    return run(() -> create(key, bytes(content)));
  }

  private void create(String key, byte[] bytes) {
    requireKey(key);
    var before = objects.putIfAbsent(key, new Stored(Buffer.buffer(bytes), clock.instant()));
    if (before != null && bytes.length > 0) {
      throw new AssertionError("written twice: " + key);
    }
  }

  private static void requireKey(String key) {
    for (var component : key.split("/", -1)) {
      if (component.isEmpty() || component.equals(".") || component.equals("..")) {
        throw new AssertionError("not a key: " + key);
      }
    }
  }

  @Override
  public Future<MultipartWrite> startMultipart(String key) {
    return call(
        () -> {
          requireKey(key);
          var id = UUID.randomUUID().toString();
          pending.put(id, new Pending(key, clock.instant(), new TreeMap<>()));
          return new Write(key, id);
        });
  }

  @Override
  public MultipartWrite resumeMultipart(
      String key, String multipartId, List<MultipartWrite.Part> known) {
    return new Write(key, multipartId);
  }

  @Override
  public Future<List<PendingMultipart>> pendingMultiparts() {
    return call(
        () -> {
          var list = new ArrayList<PendingMultipart>();
          if (!rules.listed()) {
            return list;
          }
          pending.forEach(
              (id, it) ->
                  list.add(
                      new PendingMultipart(
                          it.key, id, Duration.between(it.begun, clock.instant()))));
          return list;
        });
  }

  @Override
  public Future<Buffer> read(String key) {
    return call(() -> require(key).bytes);
  }

  @Override
  public Future<Content> open(String key, long offset, long length) {
    return call(
        () ->
            new Content.InMemory(
                require(key)
                    .bytes
                    .getBuffer(Math.toIntExact(offset), Math.toIntExact(offset + length))));
  }

  private Stored require(String key) {
    var stored = objects.get(key);
    if (stored == null) {
      throw new ObjectNotFound(key);
    }
    return stored;
  }

  @Override
  public Future<Listing> list(ListRequest request) {
    return call(() -> page(request));
  }

  private Listing page(ListRequest request) {
    var now = clock.instant();
    var entries = new ArrayList<Listing.Entry>();
    var folders = new ArrayList<String>();
    var last = "";
    for (var object : objects.tailMap(request.prefix(), true).entrySet()) {
      var key = object.getKey();
      if (!key.startsWith(request.prefix())) {
        break;
      }
      int slash = request.byFolder() ? key.indexOf('/', request.prefix().length()) : -1;
      var name = slash < 0 ? key : key.substring(0, slash + 1);
      if (name.compareTo(request.startAfter()) <= 0 || name.equals(last)) {
        continue;
      }
      if (entries.size() + folders.size() == request.limit()) {
        return new Listing(entries, folders, Optional.of(last));
      }
      last = name;
      if (slash < 0) {
        var stored = object.getValue();
        entries.add(Listing.entry(key, stored.bytes.length(), stored.modified, now));
      } else {
        folders.add(name);
      }
    }
    return new Listing(entries, folders, Optional.empty());
  }

  @Override
  public Future<Void> delete(Collection<String> keys) {
    return run(() -> keys.forEach(objects::remove));
  }

  @Override
  public int partSize() {
    return PART_SIZE;
  }

  @Override
  public int smallestPartSize() {
    return rules.smallest();
  }

  @Override
  public int partScale(int number) {
    return 1 + (number - 1) / rules.growEvery();
  }

  @Override
  public int mostParts() {
    return rules.most();
  }

  @Override
  public Future<Void> check() {
    return run(() -> {});
  }

  @Override
  public Future<Void> close() {
    return run(() -> {});
  }

  private Future<Void> run(Runnable effect) {
    return this.<Boolean>call(
            () -> {
              effect.run();
              return true;
            })
        .mapEmpty();
  }

  /** Takes effect now; the answer comes in a later turn of the caller's context. */
  private <T> Future<T> call(Callable<T> effect) {
    var context = (ContextInternal) vertx.getOrCreateContext();
    var promise = context.<T>promise();
    try {
      T result = effect.call();
      context.runOnContext(_ -> promise.complete(result));
    } catch (Exception | AssertionError e) {
      context.runOnContext(_ -> promise.fail(e));
    }
    return promise.future();
  }

  private static byte[] bytes(ByteBuffer... content) {
    var bytes = new ByteArrayOutputStream();
    for (var buffer : content) {
      var copy = new byte[buffer.remaining()];
      buffer.duplicate().get(copy);
      bytes.writeBytes(copy);
    }
    return bytes.toByteArray();
  }

  private final class Write implements MultipartWrite {
    private final String key;
    private final String id;

    Write(String key, String id) {
      this.key = key;
      this.id = id;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public Future<Part> write(int number, long offset, ByteBuffer... bytes) {
      return call(
          () -> {
            var copy = bytes(bytes);
            synchronized (MemoryObjectStore.this) {
              if (number > rules.most()) {
                throw new AssertionError("part " + number + " of " + rules.most());
              }
              // Another part of the same number replaces the first, and has another receipt.
              var receipt = rules.equals(PartRules.NONE) ? "" : UUID.randomUUID().toString();
              begun().parts.put(number, new Received(Buffer.buffer(copy), receipt));
              return new Part(number, copy.length, receipt);
            }
          });
    }

    @Override
    public Future<List<Part>> parts() {
      return call(
          () -> {
            var list = new ArrayList<Part>();
            synchronized (MemoryObjectStore.this) {
              for (var part : begun().parts.entrySet()) {
                if (part.getKey() == list.size() + 1) {
                  var received = part.getValue();
                  list.add(new Part(part.getKey(), received.bytes.length(), received.receipt));
                }
              }
            }
            return list;
          });
    }

    @Override
    public Future<Void> complete(List<Part> parts) {
      return run(
          () -> {
            synchronized (MemoryObjectStore.this) {
              var written = begun().parts;
              var whole = Buffer.buffer();
              for (var part : parts) {
                var received = written.get(part.number());
                if (received == null || !received.receipt.equals(part.receipt())) {
                  throw new AssertionError("part " + part.number() + " is another or none");
                }
                if (received.bytes.length() < rules.smallest() && part.number() < parts.size()) {
                  throw new AssertionError("part " + part.number() + " is too small");
                }
                whole.appendBuffer(received.bytes);
              }
              create(key, whole.getBytes());
              pending.remove(id);
            }
          });
    }

    @Override
    public Future<Void> suspend() {
      return run(() -> {});
    }

    @Override
    public Future<Void> abort() {
      return run(() -> pending.remove(id));
    }

    private Pending begun() {
      var it = pending.get(id);
      if (it == null) {
        throw new ObjectNotFound(key);
      }
      return it;
    }
  }
}
