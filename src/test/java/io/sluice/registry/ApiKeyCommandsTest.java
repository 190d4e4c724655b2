package io.sluice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.bus.Bus;
import io.sluice.bus.Command;
import io.sluice.registry.Commands.DeleteApiKey;
import io.sluice.registry.Commands.FindApiKey;
import io.sluice.registry.Commands.ListApiKeys;
import io.sluice.registry.Commands.ListedApiKey;
import io.sluice.registry.Commands.PutApiKey;
import io.sluice.registry.Commands.TouchApiKey;
import io.sluice.store.memory.MemoryObjectStore;
import io.sluice.upload.Uploads;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** API keys as the rest of the process asks for them. */
class ApiKeyCommandsTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final MemoryObjectStore main = new MemoryObjectStore(vertx);
  private final MemoryObjectStore route = new MemoryObjectStore(vertx);

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private StorageSettings.StoreSettings of(MemoryObjectStore store) {
    return new StorageSettings.StoreSettings(
        store, Duration.ofHours(1), false, false, System::nanoTime);
  }

  private <R> R ask(Command<R> command) {
    return Await.result(Bus.of(vertx).request(command));
  }

  @Test
  void areKeptInTheMainStore() {
    Await.result(
        vertx.deployVerticle(
            new StorageVerticle(
                new StorageSettings(
                    of(main),
                    Map.of("infra", of(route)),
                    new Uploads.Settings(2, Duration.ofHours(1), Duration.ofHours(1), 1 << 20),
                    Duration.ofSeconds(1),
                    1 << 20,
                    64 << 20,
                    3))));
    var key =
        new ApiKeyRecord(
            "alice",
            "123e4567-e89b-12d3-a456-426614174000",
            "ab".repeat(32),
            "ci",
            List.of(),
            NOON,
            Optional.empty(),
            "",
            "htpasswd");

    ask(new PutApiKey(key));
    ask(new TouchApiKey("alice", key.uuid(), NOON));

    assertThat(ask(new FindApiKey("alice", key.hash()))).contains(key);
    assertThat(ask(new ListApiKeys("alice")))
        .containsExactly(new ListedApiKey(key, Optional.of(NOON)));
    assertThat(main.keys()).filteredOn(it -> it.startsWith("apikeys/YWxpY2U/")).hasSize(2);
    assertThat(route.keys()).containsExactly(Layout.FORMAT);
    assertThat(ask(new DeleteApiKey("alice", key.uuid()))).isTrue();
    assertThat(main.keys()).containsExactly(Layout.FORMAT);
  }
}
