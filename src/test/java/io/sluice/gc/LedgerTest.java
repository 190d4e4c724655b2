package io.sluice.gc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.store.Steps;
import io.sluice.ulid.Ulid;
import io.sluice.ulid.Ulids;
import io.sluice.upload.DataId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {
  private final Vertx vertx = Vertx.vertx();
  private final Random random = new Random(7);
  @TempDir Path folder;

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  /** Of random times too, from the first to the last there is. */
  private DataId id() {
    var time = Instant.ofEpochMilli(random.nextLong(1L << 48));
    return new DataId(new Ulids(() -> time, random).next());
  }

  private static List<DataId> asListed(List<DataId> ids) {
    return ids.stream().sorted(Comparator.comparing(DataId::key)).distinct().toList();
  }

  private static Future<Void> note(Ledger ledger, List<DataId> ids, List<Integer> facts) {
    var both = new ArrayList<Integer>();
    for (int i = 0; i < ids.size(); i++) {
      both.add(i);
    }
    return Steps.each(both, i -> ledger.note(ids.get(i), facts.get(i)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000, 9_999, 10_000, 1 << 20})
  void whatIsNotedOfDataIsFoundAgainWhateverFitsIntoMemory(int inMemory) throws IOException {
    var ids = new ArrayList<DataId>();
    var facts = new ArrayList<Integer>();
    var expected = new HashMap<DataId, Integer>();
    int count = inMemory == 1 ? 200 : 10_000;
    for (int i = 0; i < count; i++) {
      var id = ids.isEmpty() || random.nextInt(3) > 0 ? id() : ids.get(random.nextInt(ids.size()));
      ids.add(id);
      facts.add(1 << random.nextInt(5));
      expected.merge(id, facts.getLast(), (a, b) -> a | b);
    }
    var strangers = new ArrayList<DataId>();
    for (int i = 0; i < 1000; i++) {
      strangers.add(id());
    }
    strangers.addAll(ids);
    // Not all that is noted is there.
    strangers.removeIf(_ -> random.nextInt(10) == 0);
    var listed = asListed(strangers);
    var ledger = new Ledger(vertx, folder.resolve("spill"), inMemory);

    var found = new HashMap<DataId, Integer>();
    Await.on(
        vertx,
        () ->
            note(ledger, ids, facts)
                .compose(_ -> Steps.each(pages(listed), page -> find(ledger, page, found))));

    listed.forEach(id -> assertThat(found.get(id)).isEqualTo(expected.getOrDefault(id, 0)));
    ledger.close();
    if (Files.exists(folder.resolve("spill"))) {
      try (var left = Files.list(folder.resolve("spill"))) {
        assertThat(left).isEmpty();
      }
    }
    assertThat(Files.exists(folder.resolve("spill"))).isEqualTo(inMemory <= 10_000);
  }

  private List<List<DataId>> pages(List<DataId> listed) {
    var pages = new ArrayList<List<DataId>>();
    for (int from = 0; from < listed.size(); ) {
      int to = Math.min(listed.size(), from + random.nextInt(300));
      pages.add(listed.subList(from, to));
      from = to;
    }
    return pages;
  }

  private static Future<Void> find(Ledger ledger, List<DataId> page, Map<DataId, Integer> into) {
    return ledger
        .factsOf(page)
        .map(
            facts -> {
              for (int i = 0; i < facts.length; i++) {
                into.put(page.get(i), facts[i]);
              }
              return null;
            });
  }

  @Test
  void anEmptyLedgerKnowsNothingAndTouchesNoDisk() {
    var ledger = new Ledger(vertx, folder.resolve("spill"));

    assertThat(Await.on(vertx, () -> ledger.factsOf(List.of(id())))).containsExactly(0);

    ledger.close();
    assertThat(folder.resolve("spill")).doesNotExist();
  }

  @Test
  void aLedgerThatIsNotReadLeavesNothing() throws IOException {
    var ledger = new Ledger(vertx, folder, 2);
    Await.on(vertx, () -> note(ledger, List.of(id(), id(), id()), List.of(1, 2, 4)));

    ledger.close();

    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aFolderThatCannotBeMadeFailsTheNote() throws IOException {
    var file = Files.writeString(folder.resolve("file"), "not a folder");
    var ledger = new Ledger(vertx, file, 1);

    var noted = Await.on(vertx, () -> ledger.note(id(), 1).transform(Future::succeededFuture));

    assertThat(noted.failed()).isTrue();
    assertThat(noted.cause()).isInstanceOf(IOException.class);
    ledger.close();
  }

  @Test
  void theOrderIsThatOfTheKeys() {
    var ids = new ArrayList<DataId>();
    for (int i = 0; i < 2000; i++) {
      ids.add(id());
    }
    ids.add(new DataId(new Ulid("0".repeat(26))));
    ids.add(new DataId(new Ulid("7" + "Z".repeat(25))));

    var byFacts = new ArrayList<>(ids);
    byFacts.sort(Comparator.comparing(id -> KnownData.of(id, 0)));

    assertThat(byFacts).isEqualTo(ids.stream().sorted(Comparator.comparing(DataId::key)).toList());
  }
}
