package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.lifecycle.BeforeTry;
import org.jspecify.annotations.Nullable;

/** What every {@link ObjectStore} does. A store's test opens one that is empty. */
public abstract class ObjectStoreContract {
  private static @Nullable Vertx vertx;

  /** The store that is tested. */
  protected @Nullable ObjectStore current;

  /** An empty one. */
  protected abstract ObjectStore create() throws IOException;

  /** Another one over the same objects, as after a restart. */
  protected abstract ObjectStore reopen() throws IOException;

  @BeforeContainer
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterContainer
  static void stopVertx() {
    Await.result(vertx().close());
  }

  @BeforeTry
  void createStore() throws IOException {
    current = create();
  }

  @AfterTry
  void closeStore() {
    await(() -> store().close());
  }

  protected static Vertx vertx() {
    return java.util.Objects.requireNonNull(vertx);
  }

  protected final ObjectStore store() {
    return java.util.Objects.requireNonNull(current);
  }

  protected static <T> T await(Callable<Future<T>> call) {
    return Await.on(vertx(), call);
  }

  // --- one object

  @Example
  void readsWhatWasPut() {
    put("a/b", "hello");

    assertThat(await(() -> store().read("a/b"))).hasToString("hello");
  }

  @Example
  void leavesTheBufferAsItIs() {
    var bytes = ByteBuffer.wrap("..hello..".getBytes(StandardCharsets.UTF_8)).position(2).limit(7);

    await(() -> store().put("a", bytes));

    assertThat(bytes.position()).isEqualTo(2);
    assertThat(bytes.limit()).isEqualTo(7);
    assertThat(await(() -> store().read("a"))).hasToString("hello");
  }

  @Example
  void takesBuffersFromOutsideOfTheHeap() {
    var bytes = ByteBuffer.allocateDirect(5).put("hello".getBytes(StandardCharsets.UTF_8)).flip();

    await(() -> store().put("a", bytes));

    assertThat(await(() -> store().read("a"))).hasToString("hello");
  }

  @Example
  void aMarkerMayBeWrittenTwice() {
    put("a/marker", "");
    put("a/marker", "");

    assertThat(await(() -> store().read("a/marker")).length()).isZero();
    assertThat(keys("")).containsExactly("a/marker");
  }

  @Example
  void tellsWhatIsNotThere() {
    put("a/b", "x");

    assertThatThrownBy(() -> await(() -> store().read("a/c"))).isInstanceOf(ObjectNotFound.class);
    assertThatThrownBy(() -> await(() -> store().read("b/c"))).isInstanceOf(ObjectNotFound.class);
    assertThatThrownBy(() -> await(() -> store().open("a/c", 0, 1)))
        .isInstanceOf(ObjectNotFound.class);
  }

  @Property(tries = 40)
  void opensAnyRange(@ForAll("sizes") int size, @ForAll Random random) throws IOException {
    var bytes = bytes(random, size);
    await(() -> store().put("data/x", ByteBuffer.wrap(bytes)));
    int from = random.nextInt(size + 1);
    int length = random.nextInt(size - from + 1);

    var content = await(() -> store().open("data/x", from, length));

    assertThat(content.length()).isEqualTo(length);
    assertThat(bytesOf(content)).isEqualTo(Arrays.copyOfRange(bytes, from, from + length));
  }

  @Provide
  Arbitrary<Integer> sizes() {
    return Arbitraries.of(1, 2, 1000, 16 << 10, (16 << 10) + 1, 200_000);
  }

  @Example
  void whatWasOpenedMayBeClosedUnused() {
    await(() -> store().put("small", ByteBuffer.allocate(10)));
    await(() -> store().put("large", ByteBuffer.allocate(100_000)));

    await(() -> store().open("small", 0, 10)).close();
    await(() -> store().open("large", 0, 100_000)).close();
  }

  // --- deletion

  @Example
  void deletesExactlyTheseKeys() {
    put("a/1", "x");
    put("a/2", "x");
    put("a/20", "x");
    put("b/1", "");

    await(() -> store().delete(List.of("a/2", "b/1", "c/not/there", "a/3")));

    assertThat(keys("")).containsExactly("a/1", "a/20");
    assertThatThrownBy(() -> await(() -> store().read("a/2"))).isInstanceOf(ObjectNotFound.class);
  }

  @Example
  void deletingNothingIsDone() {
    await(() -> store().delete(List.of()));
    await(() -> store().delete(List.of("not/there")));

    assertThat(keys("")).isEmpty();
  }

  @Example
  void creationAndDeletionInTheSameFolderDoNotDisturbEachOther() {
    int rounds = 60;
    var done = new ArrayList<Future<?>>();
    for (int writer = 0; writer < 8; writer++) {
      int name = writer;
      done.add(
          Future.future(
              promise ->
                  vertx()
                      .runOnContext(
                          _ -> createAndDelete("deep/er/x" + name, rounds).onComplete(promise))));
    }

    Await.result(Future.all(done));

    assertThat(keys("")).isEmpty();
  }

  private Future<Void> createAndDelete(String key, int rounds) {
    return rounds == 0
        ? Future.succeededFuture()
        : store()
            .put(key + rounds, ByteBuffer.wrap(new byte[rounds % 2]))
            .compose(_ -> store().read(key + rounds))
            .compose(_ -> store().delete(List.of(key + rounds)))
            .compose(_ -> createAndDelete(key, rounds - 1));
  }

  // --- listing

  @Example
  void tellsSizeAndAge() {
    put("a/b", "hello");

    var entry = await(() -> store().list(ListRequest.below("a/"))).entries().getFirst();

    assertThat(entry.key()).isEqualTo("a/b");
    assertThat(entry.name()).isEqualTo("b");
    assertThat(entry.size()).isEqualTo(5);
    assertThat(entry.age()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
  }

  @Example
  void aListingIsInTheOrderOfTheKeysBytes() {
    for (var key : List.of("x/a/1", "x/a-b", "x/a.b", "x/a0", "x/B", "x/a!")) {
      put(key, "");
    }

    assertThat(keys("x/")).containsExactly("x/B", "x/a!", "x/a-b", "x/a.b", "x/a/1", "x/a0");
  }

  @Example
  void aFolderIsListedInTheOrderOfItsNameWithTheSlash() {
    for (var key : List.of("x/a/1", "x/a/2", "x/a-b/1", "x/a.b", "x/b/c/d")) {
      put(key, "");
    }

    var page = await(() -> store().list(ListRequest.folders("x/")));

    assertThat(page.folders()).containsExactly("x/a-b/", "x/a/", "x/b/");
    assertThat(page.entries()).extracting(Listing.Entry::key).containsExactly("x/a.b");
    assertThat(page.next()).isEmpty();
  }

  @Example
  void afterItsLastObjectAFolderIsNotThere() {
    put("x/a/b/1", "");
    put("x/c", "");
    await(() -> store().delete(List.of("x/a/b/1")));

    assertThat(await(() -> store().list(ListRequest.folders("x/"))).folders()).isEmpty();
  }

  @Example
  void belowAnUnknownPrefixThereIsNothing() {
    put("a/b", "");

    assertThat(keys("c/")).isEmpty();
    assertThat(keys("a/b/")).isEmpty();
    assertThat(keys("a/bc")).isEmpty();
  }

  @Property(tries = 60)
  void pagesOfAnyLimitAreTheListThatTheKeysMake(
      @ForAll("keySets") Set<String> keys, @ForAll("requests") ListRequest request) {
    await(
        () ->
            Future.all(
                keys.stream().map(key -> store().put(key, ByteBuffer.allocate(0))).toList()));

    assertThat(pages(request)).as("%s of %s", request, keys).isEqualTo(model(keys, request));
  }

  @Provide
  Arbitrary<Set<String>> keySets() {
    return key().set().ofMinSize(1).ofMaxSize(60).map(ObjectStoreContract::withoutConflicts);
  }

  private static Arbitrary<String> key() {
    return Arbitraries.oneOf(
            Arbitraries.of("a", "b", "a-b", "a.b", "ab", "a!", "A", "0", "b_", "z~"),
            Arbitraries.of("a", "a-", "b").flatMap(a -> digits().map(digit -> a + digit)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(list -> String.join("/", list));
  }

  /** So that some folders have many names. */
  private static Arbitrary<Integer> digits() {
    return Arbitraries.integers().between(0, 9);
  }

  /** No key is another key's folder. */
  private static Set<String> withoutConflicts(Set<String> keys) {
    var kept = new TreeSet<>(keys);
    kept.removeIf(key -> keys.stream().anyMatch(other -> other.startsWith(key + "/")));
    return kept;
  }

  @Provide
  Arbitrary<ListRequest> requests() {
    var prefixes =
        Arbitraries.oneOf(
            Arbitraries.of("", "a/", "a/b/", "a", "a/a", "a/abc", "b/a-", "c/"),
            key().map(key -> key + "/"));
    var starts = Arbitraries.oneOf(Arbitraries.just(""), key(), key().map(key -> key + "/"));
    return Combinators.combine(
            prefixes, Arbitraries.of(true, false), starts, Arbitraries.integers().between(1, 6))
        .as(ListRequest::new);
  }

  private static List<String> model(Set<String> keys, ListRequest request) {
    var names = new TreeSet<String>();
    for (var key : keys) {
      if (key.startsWith(request.prefix())) {
        int slash = request.byFolder() ? key.indexOf('/', request.prefix().length()) : -1;
        names.add(slash < 0 ? key : key.substring(0, slash + 1));
      }
    }
    return List.copyOf(names.tailSet(request.startAfter(), false));
  }

  private List<String> pages(ListRequest request) {
    var all = new ArrayList<String>();
    for (var next = Optional.of(request); next.isPresent(); ) {
      var asked = next.get();
      var page = await(() -> store().list(asked));
      var names = new ArrayList<>(page.folders());
      page.entries().forEach(entry -> names.add(entry.key()));
      assertThat(names).hasSizeLessThanOrEqualTo(request.limit());
      assertThat(page.entries()).extracting(Listing.Entry::key).isSorted();
      assertThat(page.folders()).isSorted();
      all.addAll(names.stream().sorted().toList());
      next = page.next().map(asked::startAfter);
    }
    return all;
  }

  // --- objects that come in parts

  private static final String DATA = "data/7Z/01ARZ3NDEKTSV4RRFFQ69G5F7Z";

  @Property(tries = 15)
  void anObjectIsItsPartsInOrder(@ForAll Random random) throws IOException {
    var content = bytes(random, 2 * partSize() + random.nextInt(partSize()));
    var write = await(() -> store().startMultipart(DATA));

    var parts = await(() -> writeAll(write, content));
    assertThat(keys("")).as("before it is complete").isEmpty();
    await(() -> write.complete(parts));

    assertThat(keys("")).containsExactly(DATA);
    assertThat(bytesOf(await(() -> store().open(DATA, 0, content.length)))).isEqualTo(content);
    assertThat(await(() -> store().pendingMultiparts())).isEmpty();
    assertThatThrownBy(() -> await(write::parts)).isInstanceOf(ObjectNotFound.class);
  }

  @Example
  void partsMayBeUnderWayAtOnce() throws IOException {
    var content = bytes(new Random(1), 4 * partSize());
    var write = await(() -> store().startMultipart(DATA));

    var parts =
        await(
            () -> {
              var writes = new ArrayList<Future<MultipartWrite.Part>>();
              for (int i = 0; i < 4; i++) {
                writes.add(write.write(i + 1, (long) i * partSize(), part(content, i)));
              }
              return Future.all(writes).map(_ -> writes.stream().map(Future::result).toList());
            });
    await(() -> write.complete(parts));

    assertThat(bytesOf(await(() -> store().open(DATA, 0, content.length)))).isEqualTo(content);
  }

  @Example
  void aWriteIsTakenUpAgainAfterARestart() throws IOException {
    var content = bytes(new Random(2), 3 * partSize());
    var begun = await(() -> store().startMultipart(DATA));
    var written = new ArrayList<MultipartWrite.Part>();
    written.add(await(() -> begun.write(1, 0, part(content, 0))));
    await(begun::suspend);
    written.add(await(() -> begun.write(2, partSize(), part(content, 1))));
    await(begun::suspend);
    await(() -> store().close());

    current = reopen();
    assertThat(await(() -> store().pendingMultiparts()))
        .extracting(ObjectStore.PendingMultipart::key, ObjectStore.PendingMultipart::multipartId)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(DATA, begun.id()));
    var resumed = store().resumeMultipart(DATA, begun.id(), written);
    var parts = new ArrayList<>(await(resumed::parts));
    assertThat(parts.stream().mapToLong(MultipartWrite.Part::size).sum())
        .isEqualTo(2L * partSize());
    parts.add(await(() -> resumed.write(parts.size() + 1, 2L * partSize(), part(content, 2))));
    await(() -> resumed.complete(parts));

    assertThat(bytesOf(await(() -> store().open(DATA, 0, content.length)))).isEqualTo(content);
  }

  @Example
  void anAbortedWriteLeavesNothing() {
    var write = await(() -> store().startMultipart(DATA));
    await(() -> write.write(1, 0, ByteBuffer.allocate(partSize())));

    await(write::abort);
    await(write::abort);

    assertThat(await(() -> store().pendingMultiparts())).isEmpty();
    assertThat(keys("")).isEmpty();
    assertThatThrownBy(() -> await(write::parts)).isInstanceOf(ObjectNotFound.class);
    assertThatThrownBy(() -> await(() -> write.complete(List.of())))
        .isInstanceOf(ObjectNotFound.class);
  }

  @Example
  void aWriteThatWasNeverBegunIsNotThere() {
    var id = await(() -> store().startMultipart(DATA)).id();
    await(() -> store().resumeMultipart(DATA, id, List.of()).abort());

    assertThatThrownBy(() -> await(() -> store().resumeMultipart(DATA, id, List.of()).parts()))
        .isInstanceOf(ObjectNotFound.class);
  }

  @Example
  void anObjectIsAsYoungAsItsCompletion() throws IOException {
    var write = await(() -> store().startMultipart(DATA));
    var part = await(() -> write.write(1, 0, ByteBuffer.allocate(10)));
    await(() -> write.complete(List.of(part)));

    assertThat(await(() -> store().list(ListRequest.below("data/"))).entries().getFirst().age())
        .isBetween(Duration.ZERO, Duration.ofMinutes(1));
  }

  @Example
  void canBeUsed() {
    await(() -> store().check());

    assertThat(store().partSize()).isGreaterThanOrEqualTo(store().smallestPartSize());
  }

  // --- in the words of the tests

  protected final void put(String key, String content) {
    await(() -> store().put(key, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8))));
  }

  protected final List<String> keys(String prefix) {
    return await(() -> Listings.all(store(), prefix)).stream().map(Listing.Entry::key).toList();
  }

  private int partSize() {
    return Math.max(1000, store().smallestPartSize());
  }

  private ByteBuffer part(byte[] content, int index) {
    int from = index * partSize();
    return ByteBuffer.wrap(content, from, Math.min(partSize(), content.length - from));
  }

  private Future<List<MultipartWrite.Part>> writeAll(MultipartWrite write, byte[] content) {
    Future<List<MultipartWrite.Part>> parts = Future.succeededFuture(List.of());
    for (int i = 0; i * partSize() < content.length; i++) {
      int index = i;
      parts =
          parts.compose(
              before ->
                  write
                      .write(index + 1, (long) index * partSize(), part(content, index))
                      .map(
                          part -> {
                            var all = new ArrayList<>(before);
                            all.add(part);
                            return all;
                          }));
    }
    return parts;
  }

  private static byte[] bytes(Random random, int size) {
    var bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  /** All the bytes of a content, which is used up by that. */
  protected static byte[] bytesOf(Content content) throws IOException {
    return switch (content) {
      case Content.InMemory memory -> memory.bytes().getBytes();
      case Content.InFile file -> {
        var bytes = ByteBuffer.allocate((int) file.length());
        try (var channel = file.channel()) {
          while (bytes.hasRemaining()
              && channel.read(bytes, file.offset() + bytes.position()) >= 0) {}
        }
        yield bytes.array();
      }
      case Content.Streamed streamed ->
          await(
              () -> {
                var all = Buffer.buffer();
                streamed.stream().handler(all::appendBuffer);
                var ended = io.vertx.core.Promise.<Void>promise();
                streamed.stream().endHandler(_ -> ended.tryComplete());
                streamed.stream().exceptionHandler(ended::tryFail);
                streamed.stream().resume();
                return ended.future().map(_ -> all.getBytes());
              });
    };
  }
}
