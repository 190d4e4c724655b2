package io.sluice.gc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.store.Listing;
import io.sluice.store.memory.InterleavedStore;
import io.sluice.store.memory.MemoryObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PullRecordsTest {
  private static final RepositoryName APP = new RepositoryName("team/app");
  private static final Digest A = Facts.image("a");
  private static final Digest B = Facts.image("b");
  private static final Instant TEN = Instant.parse("2026-03-01T10:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final Ulids ulids = new Ulids(InstantSource.system());
  private Instant now = TEN;
  private final MemoryObjectStore memory = new MemoryObjectStore(vertx, () -> now);
  private final InterleavedStore store = new InterleavedStore(memory);

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private String write(String... lines) {
    var key = Layout.pulls(APP) + ulids.next();
    var bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    Await.on(vertx, () -> memory.put(key, ByteBuffer.wrap(bytes)));
    return key;
  }

  private static String line(Digest digest, Instant minute) {
    return digest + " " + minute;
  }

  private void writeMany(int count) {
    for (int i = 0; i < count; i++) {
      write(line(A, TEN.plusSeconds(60L * i)));
    }
  }

  private PullRecords.Read read() {
    return Await.on(vertx, () -> PullRecords.read(store, APP));
  }

  private void compact(PullRecords.Read read, Predicate<Digest> gone) {
    Await.on(vertx, () -> PullRecords.compact(store, APP, read, gone, ulids));
  }

  @Test
  void ofSeveralTimesTheLatestCountsWhereverItStands() {
    write(line(A, TEN.plusSeconds(60)), line(B, TEN));
    write(line(A, TEN), line(B, TEN.plusSeconds(120)));

    assertThat(read().pulled()).isEqualTo(Map.of(A, TEN.plusSeconds(60), B, TEN.plusSeconds(120)));
  }

  @Test
  void damagedLinesAreSkipped() {
    write(
        "",
        "nonsense",
        A.toString(),
        A + " ",
        A + " yesterday",
        "sha256:12 " + TEN,
        "é " + TEN,
        line(B, TEN),
        A + " 2026-03-01T10:0");

    assertThat(read().pulled()).isEqualTo(Map.of(B, TEN));
  }

  @Test
  void theObjectsAreToldWithTheirAges() {
    var old = write(line(A, TEN));
    now = TEN.plusSeconds(30);
    var young = write(line(B, TEN));

    assertThat(read().objects()).extracting(Listing.Entry::key).containsExactly(old, young);
    assertThat(read().objects())
        .extracting(Listing.Entry::age)
        .containsExactly(Duration.ofSeconds(30), Duration.ZERO);
  }

  @Test
  void whereNothingWasPulledThereIsNothing() {
    assertThat(read().pulled()).isEmpty();
    compact(read(), _ -> false);
    assertThat(memory.keys()).isEmpty();
  }

  @Test
  void otherRepositoriesAndWhatIsNotUnderstoodAreLeftAlone() {
    var strange = Layout.pulls(APP) + "strange";
    var nested = Layout.pulls(new RepositoryName("team/app/nested")) + ulids.next();
    var bytes = line(A, TEN).getBytes(StandardCharsets.UTF_8);
    Await.on(vertx, () -> memory.put(strange, ByteBuffer.wrap(bytes)));
    Await.on(vertx, () -> memory.put(nested, ByteBuffer.wrap(bytes)));

    assertThat(read().pulled()).isEmpty();
    compact(read(), _ -> true);
    assertThat(memory.keys()).contains(strange, nested);
  }

  @Test
  void aFewObjectsStayAsTheyAre() {
    writeMany(8);
    var before = memory.keys();

    compact(read(), _ -> false);

    assertThat(memory.keys()).isEqualTo(before);
  }

  @Test
  void moreBecomeOneThatSaysTheSame() {
    writeMany(8);
    write(line(B, TEN));
    var before = read().pulled();

    compact(read(), _ -> false);

    assertThat(memory.keys()).hasSize(1);
    assertThat(read().pulled()).isEqualTo(before);
  }

  @Test
  void whatHasGoneIsDroppedAtOnce() {
    write(line(A, TEN), line(B, TEN));

    compact(read(), A::equals);

    assertThat(memory.keys()).hasSize(1);
    assertThat(read().pulled()).isEqualTo(Map.of(B, TEN));
  }

  @Test
  void whenAllHasGoneNothingIsLeft() {
    write(line(A, TEN));
    write("nonsense");

    compact(read(), _ -> true);

    assertThat(memory.keys()).isEmpty();
  }

  @Test
  void whatIsWrittenWhileOthersAreMergedStays() {
    writeMany(9);
    var read = read();
    var meanwhile = write(line(A, TEN.plusSeconds(9999)));

    compact(read, _ -> true);

    assertThat(memory.keys()).containsExactly(meanwhile);
  }

  @Test
  void twoThatMergeAtOnceLoseNothing() {
    writeMany(9);
    write(line(B, TEN));
    var expected = read().pulled();
    for (int call = 0; call < 2; call++) {
      var first = read();
      var second = read();
      store.before(call, () -> PullRecords.compact(memory, APP, second, _ -> false, ulids));

      compact(first, _ -> false);

      assertThat(read().pulled()).isEqualTo(expected);
      writeMany(9);
    }
  }

  /** The objects that were listed may be gone before they are read, but not what they said. */
  @Test
  void aReaderMissesNothingWhileOthersMerge() {
    writeMany(9);
    var expected = read().pulled();
    for (int call = 0; call < 10; call++) {
      var read = read();
      store.before(call, () -> PullRecords.compact(memory, APP, read, _ -> false, ulids));

      assertThat(read().pulled()).isEqualTo(expected);

      store.before(-1, Future::succeededFuture);
      writeMany(9);
    }
  }

  @Test
  void whenTheMergedOneCannotBeWrittenTheOthersStay() {
    writeMany(9);
    var before = memory.keys();
    var read = read();
    store.failAfter(0);

    assertThat(
            Await.<Boolean>on(
                vertx,
                () ->
                    PullRecords.compact(store, APP, read, _ -> false, ulids)
                        .transform(result -> Future.succeededFuture(result.failed()))))
        .isTrue();

    assertThat(memory.keys()).containsAll(before);
  }
}
