package io.sluice.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sluice.Await;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectStore;
import io.sluice.store.fs.FsObjectStore;
import io.sluice.store.memory.InterleavedStore;
import io.sluice.store.memory.MemoryObjectStore;
import io.sluice.store.memory.MemoryObjectStore.PartRules;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

class UploadsTest {
  private static @Nullable Vertx vertx;

  @BeforeContainer
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterContainer
  static void stopVertx() {
    Await.result(vertx().close());
  }

  private static Vertx vertx() {
    return Objects.requireNonNull(vertx);
  }

  private static byte[] bytes(int size) {
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  // --- any history

  private enum Kind {
    BEGIN,
    SEND,
    /** In a request that gives its memory back after each piece. */
    SEND_SLOWLY,
    CUT,
    ASK,
    PARK,
    RESTART,
    SEAL,
    SEAL_SHA512,
    SEAL_WRONG,
    CANCEL
  }

  private record Action(Kind kind, int which, int size, int chunk) {}

  /** An upload as it should be. */
  private record Expected(UploadId id, ByteArrayOutputStream content) {}

  @Property(tries = 120)
  void whatIsSealedIsWhatWasSent(@ForAll("histories") List<Action> history) {
    var store = new MemoryObjectStore(vertx());

    run(history, store);

    assertThat(store.pendingCount()).as("multipart writes").isZero();
    assertThat(store.keys()).noneMatch(key -> key.startsWith("uploads/"));
  }

  /** Parts of 40 bytes at least, of 64 at first and more later, each with its receipt. */
  @Property(tries = 120)
  void whatIsSealedIsWhatWasSentToAStoreThatIsParticularAboutParts(
      @ForAll("histories") List<Action> history) {
    var store = new MemoryObjectStore(vertx(), new PartRules(40, 3, 1000));

    run(history, store);

    assertThat(store.pendingCount()).as("multipart writes").isZero();
    assertThat(store.keys()).noneMatch(key -> key.startsWith("uploads/"));
  }

  @Example
  void partsGrowSoThatTheirNumberIsEnough() {
    var store = new MemoryObjectStore(vertx(), new PartRules(40, 3, 12));
    var fixture = new UploadsFixture(vertx(), store, 8);
    var id = fixture.begin();
    // 3 parts each of one to four buffers of 64 bytes.
    var content = bytes(3 * (1 + 2 + 3 + 4) * UploadsFixture.PART);

    fixture.send(id, content);

    assertThat(fixture.seal(id, Digest.sha256(content))).isEqualTo(content);
    requireNothingLeft(fixture);
  }

  @Example
  void aBlobThatNeedsMorePartsThanThereMayBeIsRefused() {
    var store = new MemoryObjectStore(vertx(), new PartRules(40, 3, 6));
    var fixture = new UploadsFixture(vertx(), store, 8);
    var id = fixture.begin();

    assertThat(catchThrowable(() -> fixture.send(id, bytes(1000))))
        .matches(e -> UploadsFixture.isRegistryError(e, RegistryError.BlobTooLarge.class));

    requireNothingLeft(fixture);
    assertThat(store.pendingCount()).isZero();
  }

  /** Where parts have a smallest size, memory can't be given back by writing a part. */
  @Example
  void anUploadThatStandsStillKeepsNobodyFromMemory() {
    var store = new MemoryObjectStore(vertx(), new PartRules(40, 3, 1000));
    var fixture = new UploadsFixture(vertx(), store, 2);
    var standing = new ArrayList<UploadsFixture.Request>();
    var ids = new ArrayList<UploadId>();
    for (int i = 0; i < 2; i++) {
      ids.add(fixture.begin());
      standing.add(fixture.lease(ids.getLast()));
      Await.result(standing.getLast().opening(100));
      standing.getLast().send(bytes(30), 30);
    }
    var content = bytes(150);
    var other = fixture.begin();
    var waiting = fixture.lease(other);
    var opened = waiting.opening(content.length);

    standing.forEach(UploadsFixture.Request::standStill);
    Await.result(opened);
    waiting.send(content, 50);
    waiting.release();

    assertThat(fixture.seal(other, Digest.sha256(content))).isEqualTo(content);
    for (int i = 0; i < 2; i++) {
      standing.get(i).send(bytes(30), 30);
      assertThat(standing.get(i).release()).isEqualTo(60);
      var both = Buffer.buffer(bytes(30)).appendBytes(bytes(30)).getBytes();
      assertThat(fixture.seal(ids.get(i), Digest.sha256(both))).isEqualTo(both);
    }
    requireNothingLeft(fixture);
  }

  /**
   * A digest that this process remembers says nothing of a part that another registry has replaced,
   * however equal their sizes are.
   */
  @Example
  void aPartThatAnotherRegistryReplacedIsReadAgain() {
    var store = new MemoryObjectStore(vertx(), new PartRules(40, 3, 1000));
    var fixture = new UploadsFixture(vertx(), store, 4);
    var id = fixture.begin();
    fixture.send(id, bytes(64));
    fixture.tick();
    var other = Arrays.copyOf(new byte[] {1, 2, 3}, 64);
    var pending = Await.on(vertx(), store::pendingMultiparts).getFirst();
    Await.on(
        vertx(),
        () ->
            store
                .resumeMultipart(pending.key(), pending.multipartId(), List.of())
                .write(1, 0, ByteBuffer.wrap(other)));

    assertThat(catchThrowable(() -> fixture.seal(id, Digest.sha256(bytes(64)))))
        .matches(e -> UploadsFixture.isRegistryError(e, RegistryError.DigestMismatch.class));
    requireNothingLeft(fixture);
  }

  @Property(tries = 40)
  void whatIsSealedIsWhatWasSentOnDisk(@ForAll("histories") List<Action> history)
      throws IOException {
    var folder =
        Files.createTempDirectory(
            Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"))), "uploads");
    var store = FsObjectStore.open(vertx(), folder, false);

    run(history, store);

    assertThat(Await.on(vertx(), store::pendingMultiparts)).isEmpty();
    assertThat(keys(store)).noneMatch(key -> key.startsWith("uploads/"));
    Await.on(vertx(), store::close);
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static List<String> keys(ObjectStore store) {
    return Await.on(vertx(), () -> Listings.all(store, "")).stream()
        .map(Listing.Entry::key)
        .toList();
  }

  private static void run(List<Action> history, ObjectStore store) {
    var fixture = new UploadsFixture(vertx(), store, 8);
    var uploads = new ArrayList<Expected>();
    for (var action : history) {
      if (action.kind == Kind.BEGIN) {
        if (uploads.size() < 4) {
          uploads.add(new Expected(fixture.begin(), new ByteArrayOutputStream()));
        }
      } else if (action.kind == Kind.PARK) {
        fixture.tick();
      } else if (action.kind == Kind.RESTART) {
        fixture.restart();
      } else if (!uploads.isEmpty()) {
        act(action, fixture, uploads);
      }
    }
    uploads.forEach(upload -> fixture.cancel(upload.id));
    assertThat(fixture.heads.used() + fixture.parts.used()).as("memory in use").isZero();
    assertThat(fixture.active()).isZero();
    fixture.close();
  }

  private static void act(Action action, UploadsFixture fixture, List<Expected> uploads) {
    var upload = uploads.get(action.which % uploads.size());
    var content = upload.content.toByteArray();
    switch (action.kind) {
      case SEND, SEND_SLOWLY -> {
        var more = bytes(action.size);
        var request = fixture.lease(upload.id);
        Await.result(request.opening(action.size % 2 == 0 ? action.size : -1));
        request.send(more, action.chunk, action.kind == Kind.SEND_SLOWLY);
        upload.content.writeBytes(more);
        assertThat(request.release()).isEqualTo(upload.content.size());
      }
      case CUT -> {
        var request = fixture.lease(upload.id);
        var opened = request.opening(action.size);
        if (action.chunk % 2 == 0) {
          Await.result(opened);
        }
        assertThat(request.release()).isEqualTo(content.length);
      }
      case ASK -> assertThat(fixture.offset(upload.id)).isEqualTo(content.length);
      case SEAL -> {
        assertThat(fixture.seal(upload.id, Digest.sha256(content))).isEqualTo(content);
        requireGone(fixture, uploads, upload);
      }
      case SEAL_SHA512 -> {
        var digest = Digest.of(Digest.Algorithm.SHA512, content);
        assertThat(fixture.seal(upload.id, digest)).isEqualTo(content);
        requireGone(fixture, uploads, upload);
      }
      case SEAL_WRONG -> {
        var wrong = Digest.sha256(Arrays.copyOf(content, content.length + 1));
        assertThat(catchThrowable(() -> fixture.seal(upload.id, wrong)))
            .matches(e -> UploadsFixture.isRegistryError(e, RegistryError.DigestMismatch.class));
        requireGone(fixture, uploads, upload);
      }
      case CANCEL -> {
        fixture.cancel(upload.id);
        requireGone(fixture, uploads, upload);
      }
      default -> throw new AssertionError(action);
    }
  }

  private static void requireGone(UploadsFixture fixture, List<Expected> uploads, Expected upload) {
    uploads.remove(upload);
    assertThat(isGone(fixture, upload.id)).isTrue();
  }

  private static boolean isGone(UploadsFixture fixture, UploadId id) {
    var thrown = catchThrowable(() -> fixture.offset(id));
    return thrown != null
        && UploadsFixture.isRegistryError(thrown, RegistryError.UploadUnknown.class);
  }

  @Provide
  Arbitrary<List<Action>> histories() {
    var kinds =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(8, Arbitraries.of(Kind.SEND, Kind.SEND_SLOWLY)),
            net.jqwik.api.Tuple.of(3, Arbitraries.of(Kind.BEGIN)),
            net.jqwik.api.Tuple.of(8, Arbitraries.of(Kind.class)));
    var sizes =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 200),
            Arbitraries.of(0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 129));
    return Combinators.combine(
            kinds,
            Arbitraries.integers().between(0, 3),
            sizes,
            Arbitraries.integers().between(1, 150))
        .as(Action::new)
        .list()
        .ofMaxSize(20)
        .map(
            list -> {
              var history = new ArrayList<>(list);
              history.addFirst(new Action(Kind.BEGIN, 0, 0, 1));
              return history;
            });
  }

  // --- each promise for itself

  private final MemoryObjectStore memory = new MemoryObjectStore(vertx());
  private final InterleavedStore store = new InterleavedStore(memory);

  private UploadsFixture fixture(int buffers) {
    return new UploadsFixture(vertx(), store, buffers);
  }

  private void requireNothingLeft(UploadsFixture fixture) {
    assertThat(fixture.heads.used() + fixture.parts.used()).as("memory in use").isZero();
    assertThat(memory.pendingCount()).as("multipart writes").isZero();
    assertThat(memory.keys()).noneMatch(key -> key.startsWith("uploads/"));
    fixture.close();
  }

  @Example
  void aRequestThatIsCutWhileItWaitsForMemoryTakesNone() {
    var fixture = fixture(2);
    var holders = List.of(fixture.begin(), fixture.begin());
    var requests = holders.stream().map(fixture::lease).toList();
    requests.forEach(request -> Await.result(request.opening(1000)));
    var id = fixture.begin();
    var waiting = fixture.lease(id);
    var opened = waiting.opening(1000);

    assertThat(waiting.release()).isZero();
    requests.forEach(UploadsFixture.Request::release);

    assertThatThrownBy(() -> Await.result(opened)).isNotNull();
    assertThat(fixture.heads.used() + fixture.parts.used()).isZero();
    fixture.send(id, bytes(200));
    assertThat(fixture.seal(id, Digest.sha256(bytes(200)))).isEqualTo(bytes(200));
    holders.forEach(fixture::cancel);
    requireNothingLeft(fixture);
  }

  @Example
  void idleUploadsGiveTheirMemoryToThoseThatWaitAndGoOnLater() {
    var fixture = fixture(2);
    var idle = List.of(fixture.begin(), fixture.begin());
    idle.forEach(id -> fixture.send(id, bytes(100)));
    var id = fixture.begin();
    var request = fixture.lease(id);
    var opened = request.opening(1000);
    while (!opened.isComplete()) {
      fixture.tick();
    }
    Await.result(opened);
    request.send(bytes(300), 70);
    request.release();
    fixture.seal(id, Digest.sha256(bytes(300)));

    for (var upload : idle) {
      fixture.send(upload, bytes(50));
      var all = Arrays.copyOf(bytes(100), 150);
      System.arraycopy(bytes(50), 0, all, 100, 50);
      assertThat(fixture.seal(upload, Digest.sha256(all))).isEqualTo(all);
    }
    requireNothingLeft(fixture);
  }

  @Example
  void aRequestTakesTheUploadOverFromTheOneBefore() {
    var fixture = fixture(8);
    var id = fixture.begin();
    var first = fixture.lease(id);
    Await.result(first.opening(-1));
    first.send(bytes(100), 30);

    var second = fixture.leasing(id);
    assertThat(first.toldToEnd())
        .matches(e -> UploadsFixture.isRegistryError(e, RegistryError.UploadInvalid.class));
    assertThatThrownBy(() -> first.send(bytes(1), 1)).isNotNull();
    assertThat(first.release()).isEqualTo(100);

    assertThat(Await.result(second).release()).isEqualTo(100);
    fixture.seal(id, Digest.sha256(bytes(100)));
    requireNothingLeft(fixture);
  }

  /** What was verified must not be written to any more. */
  @Example
  void nobodyGetsHoldOfAnUploadThatIsBeingSealed() {
    var fixture = fixture(8);
    var id = fixture.begin();
    fixture.send(id, bytes(500));
    var upload = Await.result(fixture.sealing(id, Digest.sha256(bytes(500))));

    var second = fixture.leasing(id);
    var asked = fixture.asking(id);
    assertThat(fixture.onStorage(() -> fixture.take(upload))).isEqualTo(bytes(500));

    for (var late : List.of(second, asked)) {
      assertThat(catchThrowable(() -> Await.result(late)))
          .matches(e -> UploadsFixture.isRegistryError(e, RegistryError.UploadUnknown.class));
    }
    requireNothingLeft(fixture);
  }

  @Example
  void anUploadThatGrowsTooLargeFailsAndLeavesNothing() {
    var fixture = fixture(8);
    var id = fixture.begin();
    var request = fixture.lease(id);
    Await.result(request.opening(-1));

    assertThat(catchThrowable(() -> request.send(bytes(3000), 100)))
        .matches(e -> UploadsFixture.isRegistryError(e, RegistryError.BlobTooLarge.class));
    assertThatThrownBy(request::release).isNotNull();

    assertThat(isGone(fixture, id)).isTrue();
    requireNothingLeft(fixture);
  }

  @Example
  void whicheverCallOfTheStoreFailsTheClientIsToldAndNothingIsHeld() {
    for (int call = 0; ; call++) {
      var failing = new InterleavedStore(new MemoryObjectStore(vertx()));
      var fixture = new UploadsFixture(vertx(), failing, 4);
      var id = fixture.begin();
      failing.failAfter(call);
      var content = bytes(700);

      var thrown =
          catchThrowable(
              () -> {
                fixture.send(id, content);
                assertThat(fixture.seal(id, Digest.sha256(content))).isEqualTo(content);
              });

      boolean reached = failing.calls().size() > call;
      assertThat(thrown != null).as("call %d of %s", call, failing.calls()).isEqualTo(reached);
      fixture.close();
      assertThat(fixture.heads.used() + fixture.parts.used())
          .as("memory after call %d of %s", call, failing.calls())
          .isZero();
      if (!reached) {
        assertThat(call).isGreaterThan(10);
        return;
      }
    }
  }

  /** A store that can't record it now may be able to in a while. */
  @Example
  void whatCouldNotBeParkedStaysAndIsParkedLater() {
    for (int call = 0; ; call++) {
      var memory = new MemoryObjectStore(vertx());
      var failing = new InterleavedStore(memory);
      var fixture = new UploadsFixture(vertx(), failing, 4);
      var id = fixture.begin();
      fixture.send(id, bytes(100));
      failing.failAfter(call);

      fixture.tick();

      var calls = failing.calls();
      failing.before(-1, Future::succeededFuture);
      boolean reached = calls.size() > call;
      if (reached && calls.get(call).startsWith("part")) {
        assertThat(isGone(fixture, id)).as("what failed has failed").isTrue();
      } else {
        fixture.tick();
        assertThat(fixture.parts.used()).as("after call %d of %s", call, calls).isZero();
        fixture.restart();
        fixture.send(id, bytes(200));
        var all = Arrays.copyOf(bytes(100), 300);
        System.arraycopy(bytes(200), 0, all, 100, 200);
        assertThat(fixture.seal(id, Digest.sha256(all))).isEqualTo(all);
      }
      assertThat(fixture.heads.used() + fixture.parts.used()).isZero();
      assertThat(memory.pendingCount()).isZero();
      assertThat(memory.keys()).noneMatch(key -> key.startsWith("uploads/"));
      fixture.close();
      if (!reached) {
        assertThat(call).isGreaterThan(3);
        return;
      }
    }
  }

  @Example
  void whatNobodyTakesUpAgainExpires() {
    var fixture = new UploadsFixture(vertx(), store, 8, Duration.ofNanos(-1));
    var parked = fixture.begin();
    fixture.send(parked, bytes(300));
    fixture.restart();
    var active = fixture.begin();
    fixture.send(active, bytes(300));
    Await.on(vertx(), () -> memory.startMultipart("data/AB/01ARZ3NDEKTSV4RRFFQ69G5FAB"));

    assertThat(fixture.expire()).isEqualTo(2);

    assertThat(isGone(fixture, parked)).isTrue();
    assertThat(fixture.seal(active, Digest.sha256(bytes(300)))).isEqualTo(bytes(300));
    requireNothingLeft(fixture);
  }

  /** MinIO doesn't list all unfinished uploads; the record of one names it. */
  @Example
  void whatExpiresIsAbortedAlsoWhereTheStoreDoesNotListIt() {
    var silent = new MemoryObjectStore(vertx(), new PartRules(40, 3, 1000, false));
    var fixture = new UploadsFixture(vertx(), silent, 8, Duration.ofNanos(-1));
    var parked = fixture.begin();
    fixture.send(parked, bytes(300));
    fixture.restart();

    assertThat(fixture.expire()).isEqualTo(1);

    assertThat(isGone(fixture, parked)).isTrue();
    assertThat(silent.pendingCount()).isZero();
    assertThat(silent.keys()).isEmpty();
    fixture.close();
  }

  @Example
  void whatIsYoungDoesNotExpire() {
    var fixture = fixture(8);
    var id = fixture.begin();
    fixture.send(id, bytes(300));
    fixture.restart();

    assertThat(fixture.expire()).isZero();

    assertThat(fixture.offset(id)).isEqualTo(300);
    fixture.cancel(id);
    requireNothingLeft(fixture);
  }

  @Example
  void whileItShutsDownNoneIsBegun() {
    var fixture = fixture(8);
    fixture.close();

    assertThat(catchThrowable(fixture::begin))
        .matches(e -> UploadsFixture.isRegistryError(e, RegistryError.ShuttingDown.class));
  }

  @Example
  void aSmallUploadNeverTouchesTheStoreBeforeItsEnd() {
    var fixture = fixture(8);
    var id = fixture.begin();
    fixture.send(id, bytes(UploadsFixture.HEAD));

    assertThat(store.calls()).isEmpty();
    assertThat(fixture.parts.peak()).isZero();
    assertThat(fixture.seal(id, Digest.sha256(bytes(UploadsFixture.HEAD))))
        .isEqualTo(bytes(UploadsFixture.HEAD));
    requireNothingLeft(fixture);
  }

  @Example
  void manyUploadsAtOnceLiveInTheSameMemory() {
    var fixture = fixture(2);
    var done = new ArrayList<Future<?>>();
    var ids = new ArrayList<UploadId>();
    for (int i = 0; i < 12; i++) {
      var id = fixture.begin();
      ids.add(id);
      done.add(
          vertx()
              .executeBlocking(
                  () -> {
                    fixture.send(id, bytes(1000));
                    fixture.seal(id, Digest.sha256(bytes(1000)));
                    return true;
                  },
                  false));
    }
    var all = Future.join(done);
    while (!all.isComplete()) {
      fixture.tick();
    }

    Await.result(all);
    assertThat(fixture.parts.peak()).isLessThanOrEqualTo(fixture.parts.total());
    assertThat(ids).allMatch(id -> isGone(fixture, id));
    requireNothingLeft(fixture);
  }
}
