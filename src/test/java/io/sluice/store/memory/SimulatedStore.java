package io.sluice.store.memory;

import io.sluice.oci.RegistryError.StoreUnavailable;
import io.sluice.oci.RegistryException;
import io.sluice.store.Content;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Objects in memory, used by several processes, and a scheduler: no call does anything before
 * {@link #step} picks it, then it takes effect, and its answer is held until it is picked again. So
 * one seed is one history: calls overtake each other, answers come late, fail although the effect
 * is there, or never come because the process is gone.
 *
 * <p>For one thread; answers are given by {@link #step}.
 */
public final class SimulatedStore {
  private final Random random;
  private Weather weather;
  private final TreeMap<String, Stored> objects = new TreeMap<>();
  private final Map<String, Map<Integer, byte[]>> multiparts = new TreeMap<>();
  private final List<Call<?>> calls = new ArrayList<>();
  private final List<Note> log = new ArrayList<>();
  private long now = 1_000_000_000_000L;
  private long changes;
  private int lastMultipart;

  private record Stored(Buffer bytes, long written) {}

  private record Note(long nanos, String who, String what) {
    @Override
    public String toString() {
      return "%10.3f %s%s".formatted(nanos / 1e9, who, what);
    }
  }

  /**
   * What goes wrong.
   *
   * @param slowest until a call takes effect: what a client's time-out allows
   * @param stalls for how long an answer may be held up
   * @param stall how likely that is
   * @param failure how likely a call fails, with or without an effect
   * @param eagerness how often the eager are before all others
   */
  public record Weather(
      Duration slowest, List<Duration> stalls, double stall, double failure, double eagerness) {}

  /** Who makes calls; when it is dead, no answer reaches it any more. */
  public static final class Actor {
    private final String name;
    private final boolean eager;
    private boolean dead;

    public Actor(String name) {
      this(name, false);
    }

    /**
     * @param eager whether it is often before the others, and seldom held up or refused
     */
    public Actor(String name, boolean eager) {
      this.name = name;
      this.eager = eager;
    }

    public boolean isDead() {
      return dead;
    }
  }

  private final class Call<T> {
    final Actor process;
    final String what;
    final Supplier<T> effect;
    final Promise<T> promise = Promise.promise();
    final List<String> deletions;
    long notBefore;
    boolean done;
    Optional<Future<T>> result = Optional.empty();

    Call(Actor process, String what, List<String> deletions, Supplier<T> effect) {
      this.process = process;
      this.what = what;
      this.deletions = new ArrayList<>(deletions);
      this.effect = effect;
      this.notBefore = now + (long) (random.nextDouble() * weather.slowest().toNanos());
    }

    void takeEffect() {
      if (!deletions.isEmpty()) {
        // Nobody promises that several keys go at once.
        var key = deletions.remove(random.nextInt(deletions.size()));
        note("delete " + key);
        if (objects.remove(key) != null) {
          changes++;
        }
        if (!deletions.isEmpty()) {
          return;
        }
      }
      done = true;
      boolean fails = random.nextDouble() < luckOf(process) * weather.failure();
      if (fails && random.nextBoolean()) {
        note("lost: " + what);
        result = Optional.of(Future.failedFuture(failure()));
      } else {
        note(what);
        try {
          T value = effect.get();
          result =
              Optional.of(fails ? Future.failedFuture(failure()) : Future.succeededFuture(value));
        } catch (ObjectNotFound e) {
          result = Optional.of(Future.failedFuture(e));
        }
      }
      if (random.nextDouble() < luckOf(process) * weather.stall()) {
        notBefore = now + weather.stalls().get(random.nextInt(weather.stalls().size())).toNanos();
      }
    }

    private void note(String text) {
      log.add(new Note(now, process.name + ": ", text));
    }
  }

  private static double luckOf(Actor process) {
    return process.eager ? 0.1 : 1;
  }

  private static RegistryException failure() {
    return new RegistryException(new StoreUnavailable("simulated"));
  }

  public SimulatedStore(Random random, Weather weather) {
    this.random = random;
    this.weather = weather;
  }

  /** The store as one process sees it. */
  public ObjectStore of(Actor process) {
    return new View(process);
  }

  /** Nanoseconds of all clocks that count. */
  public long nanos() {
    return now;
  }

  /** The same time as an instant. */
  public Instant instant() {
    return Instant.ofEpochSecond(0, now);
  }

  /** From now on nothing fails, and nothing is held up for long. */
  public void calmDown() {
    weather = new Weather(weather.slowest(), weather.stalls(), 0, 0, 0);
  }

  /** Lets time pass; what was sent takes effect before. */
  public void pass(Duration time) {
    while (!effects(Long.MAX_VALUE).isEmpty()) {
      pick(effects(Long.MAX_VALUE)).takeEffect();
    }
    now += time.toNanos();
  }

  /** Lets a little time pass, in which what was sent may stay under way. */
  public void tick(Duration time) {
    now += time.toNanos();
  }

  /** Grows with everything that is deleted, or written where it can break what was whole. */
  public long changes() {
    return changes;
  }

  /** What happened, the latest last. */
  public List<String> log() {
    return log.stream().map(Note::toString).toList();
  }

  /** Writes something of the test's into the log. */
  public void note(String text) {
    log.add(new Note(now, "", text));
  }

  /** Whether anything is under way. */
  public boolean isIdle() {
    return calls.isEmpty();
  }

  /** The process is gone; what it had sent may have an effect still. */
  public void kill(Actor process) {
    process.dead = true;
    calls.removeIf(call -> call.process == process && (call.done || random.nextBoolean()));
  }

  /** One call takes effect, or one answer arrives; false if nothing is due now. */
  public boolean step() {
    var overdue = new ArrayList<Call<?>>();
    var due = new ArrayList<Call<?>>();
    var eager = new ArrayList<Call<?>>();
    long late = now - weather.slowest().toNanos();
    for (var call : calls) {
      if (!call.done && call.notBefore <= late) {
        overdue.add(call);
      }
      if (call.notBefore <= now) {
        due.add(call);
        if (call.process.eager) {
          eager.add(call);
        }
      }
    }
    if (due.isEmpty()) {
      return false;
    }
    if (!overdue.isEmpty()) {
      due = overdue;
      eager.removeIf(call -> call.done || call.notBefore > late);
    }
    boolean preferred = random.nextDouble() < weather.eagerness() && !eager.isEmpty();
    perform(pick(preferred ? eager : due));
    return true;
  }

  private <T> void perform(Call<T> call) {
    if (call.result.isEmpty()) {
      call.takeEffect();
    } else {
      calls.remove(call);
      call.promise.handle(call.result.get());
    }
    if (call.done && call.process.dead) {
      calls.remove(call);
    }
  }

  private Call<?> pick(List<Call<?>> from) {
    return from.get(random.nextInt(from.size()));
  }

  private List<Call<?>> effects(long before) {
    return calls.stream()
        .<Call<?>>map(call -> call)
        .filter(call -> !call.done && call.notBefore <= before)
        .toList();
  }

  // --- the objects as they are now, for whoever checks them

  public boolean has(String key) {
    return objects.containsKey(key);
  }

  /** Everything below a prefix, in order. */
  public List<Listing.Entry> below(String prefix) {
    var entries = new ArrayList<Listing.Entry>();
    for (var object : objects.tailMap(prefix, true).entrySet()) {
      if (!object.getKey().startsWith(prefix)) {
        break;
      }
      entries.add(entry(object.getKey(), object.getValue()));
    }
    return entries;
  }

  private Listing.Entry entry(String key, Stored stored) {
    return Listing.entry(
        key, stored.bytes.length(), Instant.ofEpochSecond(0, stored.written), instant());
  }

  private void create(String key, byte[] bytes) {
    var before = objects.putIfAbsent(key, new Stored(Buffer.buffer(bytes), now));
    if (before != null && bytes.length > 0) {
      throw new AssertionError("written twice: " + key);
    }
    if (key.contains("/_tags/") || key.contains("/_blobs/")) {
      changes++;
    }
  }

  private Stored require(String key) {
    var stored = objects.get(key);
    if (stored == null) {
      throw new ObjectNotFound(key);
    }
    return stored;
  }

  private Listing page(ListRequest request) {
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
        entries.add(entry(key, object.getValue()));
      } else {
        folders.add(name);
      }
    }
    return new Listing(entries, folders, Optional.empty());
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

  private final class View implements ObjectStore {
    private final Actor process;

    View(Actor process) {
      this.process = process;
    }

    private <T> Future<T> call(String what, Supplier<T> effect) {
      return send(new Call<>(process, what, List.of(), effect));
    }

    private Future<Void> run(String what, Runnable effect) {
      return this.<Boolean>call(
              what,
              () -> {
                effect.run();
                return true;
              })
          .mapEmpty();
    }

    private <T> Future<T> send(Call<T> call) {
      if (!process.dead) {
        calls.add(call);
      }
      return call.promise.future();
    }

    @Override
    public Future<Void> put(String key, ByteBuffer... content) {
      var bytes = bytes(content);
      return run("put " + key, () -> create(key, bytes));
    }

    @Override
    public Future<Buffer> read(String key) {
      return call("read " + key, () -> require(key).bytes);
    }

    @Override
    public Future<Content> open(String key, long offset, long length) {
      return call(
          "open " + key,
          () ->
              new Content.InMemory(
                  require(key).bytes.slice((int) offset, (int) (offset + length))));
    }

    @Override
    public Future<Listing> list(ListRequest request) {
      return call("list " + request.prefix(), () -> page(request));
    }

    @Override
    public Future<Void> delete(Collection<String> keys) {
      return keys.isEmpty()
          ? Future.succeededFuture()
          : send(new Call<>(
                  process, "deleted " + keys.size(), List.copyOf(keys), () -> Boolean.TRUE))
              .mapEmpty();
    }

    @Override
    public Future<MultipartWrite> startMultipart(String key) {
      var id = "m" + ++lastMultipart;
      return call(
          "begin " + key,
          () -> {
            multiparts.put(id, new TreeMap<>());
            return new Write(this, key, id);
          });
    }

    @Override
    public MultipartWrite resumeMultipart(
        String key, String multipartId, List<MultipartWrite.Part> known) {
      return new Write(this, key, multipartId);
    }

    @Override
    public Future<List<PendingMultipart>> pendingMultiparts() {
      return Future.succeededFuture(List.of());
    }

    @Override
    public int partSize() {
      return 64;
    }

    @Override
    public int smallestPartSize() {
      return 1;
    }

    @Override
    public Future<Void> check() {
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }
  }

  private final class Write implements MultipartWrite {
    private final View view;
    private final String key;
    private final String id;

    Write(View view, String key, String id) {
      this.view = view;
      this.key = key;
      this.id = id;
    }

    private Map<Integer, byte[]> begun() {
      var begun = multiparts.get(id);
      if (begun == null) {
        throw new ObjectNotFound(key);
      }
      return begun;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public Future<Part> write(int number, long offset, ByteBuffer... bytes) {
      return view.call(
          "part " + number + " of " + key,
          () -> {
            var copy = bytes(bytes);
            begun().put(number, copy);
            return new Part(number, copy.length, "");
          });
    }

    @Override
    public Future<List<Part>> parts() {
      return view.call(
          "parts of " + key,
          () -> {
            var list = new ArrayList<Part>();
            begun().forEach((number, bytes) -> list.add(new Part(number, bytes.length, "")));
            return list;
          });
    }

    @Override
    public Future<Void> complete(List<Part> parts) {
      return view.run(
          "complete " + key,
          () -> {
            var begun = begun();
            var whole = Buffer.buffer();
            parts.forEach(part -> whole.appendBytes(begun.get(part.number())));
            create(key, whole.getBytes());
            multiparts.remove(id);
          });
    }

    @Override
    public Future<Void> suspend() {
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> abort() {
      return view.run("abort " + key, () -> multiparts.remove(id));
    }
  }
}
