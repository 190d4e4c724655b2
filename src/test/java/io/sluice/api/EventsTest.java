package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.events.Event;
import io.sluice.events.EventJson;
import io.sluice.oci.Tag;
import io.sluice.testkit.Document;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;

/** What is told on the event bus. */
class EventsTest {

  @RegistryTest
  void aPushIsTold(Registry registry) {
    var app = registry.repository("team/app");
    var config = Payload.ofSize(10);
    app.push(config);
    var image = Document.image(config);
    app.putManifest("latest", image).header("X-Request-Id", "r-1").answers(201);

    var event = registry.events().await(Event.Pushed.class);
    assertThat(event.repository().value()).isEqualTo("team/app");
    assertThat(event.reference()).isEqualTo(new Tag("latest"));
    assertThat(event.digest()).isEqualTo(image.digest());
    assertThat(event.mediaType()).isEqualTo(image.mediaType());
    assertThat(event.size()).isEqualTo(image.payload().size());
    assertThat(event.duration()).isPositive();
    assertThat(event.occasion().requestId()).isEqualTo("r-1");
    assertThat(event.occasion().clientAddress()).isEqualTo("127.0.0.1");
    assertThat(event.occasion().userAgent()).startsWith("Java-http-client/");
    assertThat(event.occasion().time())
        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
  }

  @RegistryTest
  void aPullIsToldAndAHeadIsNot(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    var blob = Payload.ofSize(100_000);
    app.push(blob);
    app.headManifest("latest").answers(200);
    app.headBlob(blob.digest()).answers(200);
    app.getManifest("missing").answers(404);
    app.getManifest("latest").answers(200);
    app.getBlob(blob.digest()).header("Range", "bytes=0-9").answers(206);

    var manifest = registry.events().await(Event.Pulled.class);
    assertThat(manifest.reference()).isEqualTo(new Tag("latest"));
    assertThat(manifest.digest()).isEqualTo(image.digest());
    assertThat(manifest.mediaType()).isEqualTo(image.mediaType());
    assertThat(manifest.size()).isEqualTo(image.payload().size());
    var part =
        registry.events().await(Event.Pulled.class, event -> event.digest().equals(blob.digest()));
    assertThat(part.size()).isEqualTo(10);
    assertThat(part.mediaType()).isEqualTo("application/octet-stream");
    assertThat(registry.events().all(Event.Pulled.class)).hasSize(2);
  }

  @RegistryTest
  void aPullThatWasCutIsNotTold(Registry registry) {
    var app = registry.repository("team/app");
    var blob = Payload.ofSize(12_000_000);
    app.push(blob);
    try (var connection = registry.connectNarrow()) {
      connection.request("GET " + app.path("blobs/" + blob.digest())).readHead().expect(200);
      connection.cut();
    }
    registry.leavesNothingBehind();
    app.pushImage("latest");
    registry.events().await(Event.Pushed.class);
    assertThat(registry.events().all(Event.Pulled.class)).isEmpty();
  }

  @RegistryTest
  void deletesAreTold(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    var blob = Payload.ofSize(10);
    app.push(blob);
    app.deleteManifest("latest").answers(202);
    app.deleteManifest(image.digest()).answers(202);
    app.deleteBlob(blob.digest()).answers(202);
    app.deleteBlob(blob.digest()).answers(404);

    eventually(
        () -> registry.events().all(Event.Deleted.class),
        events ->
            assertThat(events)
                .extracting(
                    Event.Deleted::target, e -> e.reference().toString(), Event.Deleted::digest)
                .containsExactly(
                    org.assertj.core.groups.Tuple.tuple(Event.Target.TAG, "latest", image.digest()),
                    org.assertj.core.groups.Tuple.tuple(
                        Event.Target.MANIFEST, image.digest().toString(), image.digest()),
                    org.assertj.core.groups.Tuple.tuple(
                        Event.Target.BLOB, blob.digest().toString(), blob.digest())));
  }

  @RegistryTest
  void aMountIsTold(Registry registry) {
    var base = registry.repository("team/base");
    var app = registry.repository("team/app");
    var blob = Payload.ofSize(10);
    base.push(blob);
    app.mount(blob.digest(), base).answers(201);
    var event = registry.events().await(Event.Mounted.class);
    assertThat(event.repository().value()).isEqualTo("team/app");
    assertThat(event.digest()).isEqualTo(blob.digest());
    assertThat(event.from())
        .hasValueSatisfying(it -> assertThat(it.value()).isEqualTo("team/base"));
  }

  @RegistryTest
  void theStagesOfAnUploadAreTold(Registry registry) {
    var app = registry.repository("team/app");
    var blob = Payload.ofSize(100_000);
    var upload = app.startUpload().send(blob, 0, 100_000);
    upload.finish(blob.digest());
    var finished =
        registry.events().await(Event.UploadProgress.class, e -> e.stage() == Event.Stage.FINISHED);
    assertThat(finished.uploadId()).isEqualTo(upload.id());
    assertThat(finished.received()).isEqualTo(100_000);
    assertThat(finished.digest()).hasValue(blob.digest());
    assertThat(finished.error()).isEmpty();
    assertThat(registry.events().all(Event.UploadProgress.class))
        .extracting(Event.UploadProgress::stage)
        .containsExactly(Event.Stage.STARTED, Event.Stage.FINISHED);
  }

  @RegistryTest
  void aBlobThatIsPushedAtOnceHasABeginningAndAnEndToo(Registry registry) {
    var blob = Payload.ofSize(100_000);
    registry.post("/v2/team/app/blobs/uploads/?digest=" + blob.digest()).body(blob).answers(201);
    registry.events().await(Event.UploadProgress.class, e -> e.stage() == Event.Stage.FINISHED);
    assertThat(registry.events().all(Event.UploadProgress.class))
        .extracting(Event.UploadProgress::stage)
        .containsExactly(Event.Stage.STARTED, Event.Stage.FINISHED);
  }

  @RegistryTest
  void aBlobThatIsCutInOneRequestIsToldAsFailed(Registry registry) {
    var blob = Payload.ofSize(100_000);
    registry
        .connect()
        .request(
            "POST /v2/team/app/blobs/uploads/?digest=" + blob.digest(), "Content-Length: 100000")
        .send(blob.slice(0, 50_000))
        .endOutput();
    var failed =
        registry.events().await(Event.UploadProgress.class, e -> e.stage() == Event.Stage.FAILED);
    assertThat(failed.error()).hasValueSatisfying(it -> assertThat(it).contains("went away"));
  }

  @RegistryTest
  void anUploadThatFailsIsToldWithTheReason(Registry registry) {
    var app = registry.repository("team/app");
    var upload = app.startUpload();
    upload.put(Payload.of("other").digest()).body(Payload.ofSize(10)).answers(400);
    var failed =
        registry.events().await(Event.UploadProgress.class, e -> e.stage() == Event.Stage.FAILED);
    assertThat(failed.uploadId()).isEqualTo(upload.id());
    assertThat(failed.error()).hasValueSatisfying(it -> assertThat(it).contains("digest"));

    var cancelled = app.startUpload();
    cancelled.cancel().answers(204);
    registry
        .events()
        .await(
            Event.UploadProgress.class,
            e -> e.uploadId().equals(cancelled.id()) && e.stage() == Event.Stage.FAILED);
  }

  @RegistryTest(config = "{sluice: {events: {progressInterval: 200ms}}}")
  void progressIsToldNowAndThen(Registry registry) {
    var app = registry.repository("team/app");
    var upload = app.startUpload();
    long start = System.nanoTime();
    try (var connection = upload.beginPatch(10_000_000)) {
      for (int i = 0; i < 500; i++) {
        connection.send(new byte[20_000]);
        if (progress(registry) >= 3) {
          break;
        }
        java.util.concurrent.locks.LockSupport.parkNanos(4_000_000);
      }
    }
    var passed = Duration.ofNanos(System.nanoTime() - start);
    assertThat(progress(registry)).isBetween(2L, passed.toMillis() / 200 + 1);
    var last = registry.events().all(Event.UploadProgress.class).getLast();
    assertThat(last.uploadId()).isEqualTo(upload.id());
    assertThat(last.received()).isPositive();
    upload.cancel().answers(204);
  }

  private static long progress(Registry registry) {
    return registry.events().all(Event.UploadProgress.class).stream()
        .filter(event -> event.stage() == Event.Stage.PROGRESS)
        .count();
  }

  @RegistryTest
  void theJsonFormHasWhatTheEventHas(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    var pushed = registry.events().await(Event.Pushed.class);
    var occasion = pushed.occasion();
    assertThat(EventJson.of(pushed))
        .isEqualTo(
            new JsonObject()
                .put("id", occasion.id().value())
                .put("time", occasion.time().toString())
                .put("kind", "push")
                .put("repository", "team/app")
                .put("reference", "latest")
                .put("digest", image.digest().toString())
                .put("mediaType", image.mediaType())
                .put("size", (long) image.payload().size())
                .put("durationMs", pushed.duration().toMillis())
                .put("requestId", occasion.requestId())
                .put("client", "127.0.0.1")
                .put("userAgent", occasion.userAgent()));
    registry
        .events()
        .all()
        .forEach(
            event -> {
              var json = EventJson.of(event);
              assertThat(new JsonObject(json.encode())).isEqualTo(json);
              assertThat(event.address()).isEqualTo("sluice.events." + json.getString("kind"));
            });
  }

  @RegistryTest(config = "{sluice: {http: {trustedProxies: [127.0.0.0/8]}}}")
  void behindATrustedProxyTheClientIsTheOneThatItNames(Registry registry) {
    var app = registry.repository("team/app");
    app.pushImage("latest");
    app.getManifest("latest").header("X-Forwarded-For", "203.0.113.9, 127.0.0.2").answers(200);
    assertThat(registry.events().await(Event.Pulled.class).occasion().clientAddress())
        .isEqualTo("203.0.113.9");
  }
}
