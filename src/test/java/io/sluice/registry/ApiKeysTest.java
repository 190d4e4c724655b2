package io.sluice.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.registry.Commands.ListedApiKey;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectStore;
import io.sluice.store.fs.FsObjectStore;
import io.sluice.store.memory.InterleavedStore;
import io.sluice.store.memory.MemoryObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(ApiKeysTest.Kind.class)
class ApiKeysTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration TRUST = Duration.ofSeconds(1);

  enum Kind {
    MEMORY,
    FILES
  }

  @TempDir private static Path folder = Path.of("");
  @Parameter private Kind kind = Kind.MEMORY;
  private final Vertx vertx = Vertx.vertx();
  private long nanos;
  private InterleavedStore store = new InterleavedStore(new MemoryObjectStore(vertx));
  private ApiKeys keys = process();

  @BeforeEach
  void open() throws IOException {
    store = new InterleavedStore(objects());
    keys = process();
  }

  private ObjectStore objects() throws IOException {
    return switch (kind) {
      case MEMORY -> new MemoryObjectStore(vertx);
      case FILES -> FsObjectStore.open(vertx, folder.resolve(UUID.randomUUID().toString()), false);
    };
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  /** One over the same store, as another registry's process has it. */
  private ApiKeys process() {
    return new ApiKeys(store, TRUST, () -> nanos);
  }

  private <T> T await(Callable<Future<T>> call) {
    return Await.on(vertx, call);
  }

  private static ApiKeyRecord key(String user, int number) {
    return new ApiKeyRecord(
        user,
        new UUID(7, number).toString(),
        "%064x".formatted(number),
        "key " + number,
        List.of("a", "b"),
        NOON.plusSeconds(number),
        number % 2 == 0 ? Optional.empty() : Optional.of(NOON.plusSeconds(1000)),
        "curl/8",
        "htpasswd");
  }

  private ApiKeyRecord put(String user, int number) {
    var key = key(user, number);
    await(() -> keys.put(key));
    return key;
  }

  private Optional<ApiKeyRecord> find(ApiKeys at, ApiKeyRecord key) {
    return await(() -> at.find(key.user(), key.hash()));
  }

  private List<ApiKeyRecord> list(String user) {
    return await(() -> keys.list(user)).stream().map(ListedApiKey::key).toList();
  }

  private Optional<Instant> lastUsed(ApiKeyRecord key) {
    return await(() -> keys.list(key.user())).getFirst().lastUsed();
  }

  private List<String> objectsOf(String user) {
    return await(() -> Listings.all(store, Layout.apiKeys(user))).stream()
        .map(Listing.Entry::key)
        .toList();
  }

  private List<String> callsOf(Runnable action) {
    store.before(-1, Future::succeededFuture);
    action.run();
    return store.calls();
  }

  @Test
  void aKeyIsFoundByItsUserAndHashAsItWasPut() {
    var first = put("alice", 1);
    var second = put("alice", 2);

    assertThat(find(keys, first)).contains(first);
    assertThat(find(process(), second)).contains(second);
    assertThat(await(() -> keys.find("bob", first.hash()))).isEmpty();
    assertThat(await(() -> keys.find("alice", "%064x".formatted(3)))).isEmpty();
    assertThat(await(() -> keys.find("alice", "../../x"))).isEmpty();
    assertThat(list("alice")).containsExactly(first, second);
    assertThat(list("bob")).isEmpty();
  }

  @Test
  void usersOfAnyNameHaveTheirOwn() {
    var names = List.of("a", "a/b", "..", "A", "ä", "a b\n", "x".repeat(128), "用户", "é".repeat(64));
    for (int i = 0; i < names.size(); i++) {
      put(names.get(i), i);
    }

    for (int i = 0; i < names.size(); i++) {
      assertThat(list(names.get(i))).containsExactly(key(names.get(i), i));
    }
  }

  @Test
  void aNameThatCanNotBeKeptIsRefused() {
    for (var name : List.of("", "x".repeat(129), "é".repeat(65), "\ud800")) {
      assertThatThrownBy(() -> put(name, 1)).satisfies(ApiKeysTest::requireLimit);
      assertThat(await(() -> keys.find(name, key("x", 1).hash()))).isEmpty();
      assertThat(list(name)).isEmpty();
      assertThat(await(() -> keys.delete(name, key("x", 1).uuid()))).isFalse();
    }
  }

  private static void requireLimit(Throwable thrown) {
    assertThat(((RegistryException) thrown).error()).isInstanceOf(RegistryError.ApiKeyLimit.class);
  }

  @Test
  void aUserHasAtMostAHundredAlsoWhenAllComeAtOnce() {
    var puts = new ArrayList<Future<Void>>();
    await(
        () -> {
          for (int i = 0; i < ApiKeys.MOST + 5; i++) {
            puts.add(keys.put(key("alice", i)));
          }
          return Future.join(puts).transform(_ -> Future.succeededFuture());
        });

    assertThat(puts.stream().filter(Future::succeeded)).hasSize(ApiKeys.MOST);
    assertThat(list("alice")).hasSize(ApiKeys.MOST);
    assertThatThrownBy(() -> put("alice", 200)).satisfies(ApiKeysTest::requireLimit);
    put("bob", 1);
    await(() -> keys.delete("alice", key("alice", 0).uuid()));
    put("alice", 200);
  }

  @Test
  void whatWasFoundIsBelievedForAWhileAndItsBodyIsReadOnce() {
    var key = put("alice", 1);

    assertThat(callsOf(() -> find(keys, key))).hasSize(2);
    assertThat(callsOf(() -> find(keys, key))).isEmpty();
    nanos += TRUST.plusMillis(1).toNanos();
    assertThat(callsOf(() -> find(keys, key))).hasSize(1).first().asString().startsWith("list");
  }

  @Test
  void whatIsMissingIsNotBelievedToBe() {
    var key = key("alice", 1);
    assertThat(find(keys, key)).isEmpty();

    await(() -> process().put(key));

    assertThat(find(keys, key)).contains(key);
  }

  @Test
  void aDeletedKeyIsGoneAtOnce() {
    var key = put("alice", 1);
    var other = put("alice", 2);
    find(keys, key);

    assertThat(await(() -> keys.delete("alice", key.uuid()))).isTrue();

    assertThat(find(keys, key)).isEmpty();
    assertThat(find(keys, other)).contains(other);
    assertThat(list("alice")).containsExactly(other);
    assertThat(await(() -> keys.delete("alice", key.uuid()))).isFalse();
    assertThat(await(() -> keys.delete("bob", other.uuid()))).isFalse();
    assertThat(await(() -> keys.delete("alice", "../../x"))).isFalse();
  }

  /** The answer to an older question must not be believed afterwards. */
  @Test
  void aDeletedKeyIsGoneAtOnceAlsoWhenSomebodyWasJustAsking() {
    var key = put("alice", 1);
    for (int call = 0; call < 2; call++) {
      store.after(call, () -> keys.delete("alice", key.uuid()));

      find(keys, key);

      assertThat(find(keys, key)).as("after call %d", call).isEmpty();
      keys = process();
      await(() -> keys.put(key));
    }
  }

  @Test
  void aKeyThatAnotherProcessDeletedIsGoneAfterAWhile() {
    var key = put("alice", 1);
    find(keys, key);
    await(() -> process().delete("alice", key.uuid()));
    assertThat(find(keys, key)).contains(key);

    nanos += TRUST.plusMillis(1).toNanos();

    assertThat(find(keys, key)).isEmpty();
  }

  @Test
  void itsUseIsRememberedToTheHour() {
    var key = put("alice", 1);
    assertThat(lastUsed(key)).isEmpty();

    touch(keys, key, NOON);
    assertThat(callsOf(() -> touch(keys, key, NOON.plus(Duration.ofMinutes(59))))).isEmpty();
    assertThat(lastUsed(key)).contains(NOON);
    var other = process();
    touch(other, key, NOON.plus(Duration.ofMinutes(59)));
    assertThat(lastUsed(key)).as("another process looks first").contains(NOON);

    touch(other, key, NOON.plus(Duration.ofMinutes(60)));

    assertThat(lastUsed(key)).contains(NOON.plus(Duration.ofMinutes(60)));
    assertThat(objectsOf("alice")).as("the older marker is gone").hasSize(2);
  }

  private void touch(ApiKeys at, ApiKeyRecord key, Instant when) {
    await(() -> at.touch(key.user(), key.uuid(), when));
  }

  @Test
  void theUseOfADeletedKeyLeavesNothing() {
    var key = put("alice", 1);
    touch(keys, key, NOON);
    await(() -> keys.delete("alice", key.uuid()));

    touch(process(), key, NOON.plus(Duration.ofDays(1)));

    assertThat(objectsOf("alice")).isEmpty();
  }

  @Test
  void aUseThatCouldNotBeWrittenIsWrittenWithTheNext() {
    var key = put("alice", 1);
    store.failAfter(0);
    assertThatThrownBy(() -> touch(keys, key, NOON)).isInstanceOf(RegistryException.class);

    touch(keys, key, NOON.plusSeconds(1));

    assertThat(lastUsed(key)).contains(NOON.plusSeconds(1));
  }

  @Test
  void whatIsDamagedIsPassedOver() {
    var good = put("alice", 1);
    var texts = List.of("", "{", "{}", json(key("bob", 2)), json(key("alice", 3)));
    for (var text : texts) {
      var bad = key("alice", 10 + texts.indexOf(text));
      await(
          () ->
              store.put(
                  Layout.apiKey(bad), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
      assertThat(find(keys, bad)).as(text).isEmpty();
    }
    await(() -> store.put(Layout.apiKeys("alice") + "x/key-1", ByteBuffer.allocate(0)));
    await(() -> store.put(Layout.apiKeys("alice") + "x.txt", ByteBuffer.allocate(0)));

    assertThat(list("alice")).containsExactly(good);
  }

  private static String json(ApiKeyRecord key) {
    return StandardCharsets.UTF_8.decode(key.toJson()).toString();
  }
}
