package io.sluice.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.sluice.bus.Bus;
import io.sluice.config.GcConfig;
import io.sluice.gc.GcCommands.GetGcState;
import io.sluice.gc.GcCommands.PreviewGc;
import io.sluice.gc.GcCommands.RunGc;
import io.sluice.gc.GcCommands.UseGcPlan;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What can be asked over the bus. */
class GcServiceTest {
  private final Vertx vertx = Vertx.vertx();
  private final ScheduledStore it = new ScheduledStore(vertx);
  private final Bus bus = Bus.of(vertx);

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private GcStore store(String route, boolean enabled) {
    var gc = it.gc;
    return new GcStore(
        route,
        it.objects,
        new GcConfig(enabled, gc.delay(), gc.interval(), gc.timeWindow(), gc.maxSchedulerDelay()),
        it.retention,
        ScheduledStore.GRACE,
        System::nanoTime);
  }

  private void serve(GcStore... stores) {
    var service = it.service(stores);
    it.does(() -> service.register(bus));
  }

  private GcTotals preview(Optional<String> repository, List<Doomed> into) {
    return it.asks(
        () ->
            bus.request(
                new PreviewGc(
                    Optional.empty(),
                    repository.map(RepositoryName::new),
                    doomed -> {
                      into.add(doomed);
                      return Future.succeededFuture();
                    },
                    () -> false)));
  }

  private static Doomed tag(String repository) {
    return new Doomed(
        Doomed.What.TAG,
        Optional.of(new RepositoryName(repository)),
        "1",
        Optional.empty(),
        Optional.empty(),
        "old",
        10);
  }

  @Test
  void storesWithGcAreCollectedAndTheOthersAreNot() {
    serve(store("", true), store("a", false), store("b", true));
    it.does(() -> bus.request(new RunGc(false)));
    assertThat(it.runs).extracting(ScheduledStore.Run::by).containsExactly("", "b");
    var state = it.asks(() -> bus.request(new GetGcState()));
    assertThat(state.stores())
        .extracting(GcState.StoreState::enabled)
        .containsExactly(true, false, true);
  }

  @Test
  void withoutAnyThatIsAnErrorThatNamesTheKey() {
    serve(store("", false));
    assertThatThrownBy(() -> it.asks(() -> bus.request(new RunGc(false))))
        .hasMessageContaining("storage.gc");
  }

  @Test
  void aPreviewIsOfAllStores() {
    it.findings = List.of(tag("a/x"), tag("other"));
    it.ending = () -> Future.succeededFuture(new GcTotals(2, 2, 0, 0, 0, 20, 0, 0, 0));
    serve(store("", true), store("a", false));
    var found = new ArrayList<Doomed>();
    assertThat(preview(Optional.empty(), found).tags()).isEqualTo(4);
    assertThat(found).hasSize(4);
    assertThat(it.runs).allMatch(ScheduledStore.Run::preview);
  }

  @Test
  void aPreviewOfOneRepositoryIsOfItsStoreAlone() {
    it.findings = List.of(tag("a/x"), tag("a/y"));
    serve(store("", true), store("a", true));
    var found = new ArrayList<Doomed>();
    preview(Optional.of("a/x"), found);
    assertThat(it.runs).extracting(ScheduledStore.Run::by).containsExactly("a");
    assertThat(found).containsExactly(tag("a/x"));

    it.runs.clear();
    preview(Optional.of("a"), found);
    assertThat(it.runs).extracting(ScheduledStore.Run::by).containsExactly("");
  }

  @Test
  void onePreviewAtATimeAndThenTheNext() {
    Promise<GcTotals> end = Promise.promise();
    it.ending = end::future;
    serve(store("", true));
    var first =
        bus.request(new PreviewGc(Optional.empty(), Optional.empty(), GcSink.NONE, () -> false));
    it.does(() -> {});
    assertThatThrownBy(() -> preview(Optional.empty(), new ArrayList<>()))
        .isInstanceOfSatisfying(
            RegistryException.class,
            e -> assertThat(e.error()).isInstanceOf(RegistryError.TooManyRequests.class));
    it.does(() -> end.complete(GcTotals.NONE));
    Await.result(first);
    preview(Optional.empty(), new ArrayList<>());
  }

  @Test
  void aPreviewWhoseReaderFailsEndsWithThat() {
    it.findings = List.of(tag("x"), tag("y"));
    serve(store("", true));
    assertThatThrownBy(
            () ->
                it.asks(
                    () ->
                        bus.request(
                            new PreviewGc(
                                Optional.empty(),
                                Optional.empty(),
                                _ -> Future.failedFuture(new IllegalStateException("gone")),
                                () -> false))))
        .hasMessage("gone");
  }

  @Test
  void aPlanWithoutAStoreTurnsItOff() {
    serve(store("", true), store("a", true));
    it.asks(
        () ->
            bus.request(
                new UseGcPlan(
                    new GcPlan(
                        List.of(store("", true)), Optional.empty(), 50, 100, Path.of("spill")))));
    it.does(() -> bus.request(new RunGc(false)));
    assertThat(it.runs).extracting(ScheduledStore.Run::by).containsExactly("");
  }
}
