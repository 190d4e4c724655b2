package io.sluice.bench;

import static io.sluice.bench.Measured.await;
import static io.sluice.bench.Measured.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.DataSize;
import io.sluice.oci.RepositoryName;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BenchTest {
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    http.close();
    await(vertx.close());
  }

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void everyScenarioRunsOnARealRegistryWithoutAnError(Scenario scenario, @TempDir Path directory) {
    var registry = Measured.sluice(vertx, directory);

    var report = Measured.run(vertx, settings(registry.uri(), false, scenario));

    assertThat(report.failed()).as(report.toTable()).isFalse();
    assertThat(report.notes()).isEmpty();
    var result = report.results().getFirst();
    assertThat(result.operations()).as(report.toTable()).isPositive();
    assertThat(result.concurrency()).isEqualTo(scenario.defaultConcurrency());
    assertThat(result.latencies().max()).isPositive();
    if (scenario != Scenario.BLOB_HEAD && scenario != Scenario.PING) {
      assertThat(result.bytes()).isPositive();
    }
    await(registry.stop());
  }

  @Test
  void whatIsKeptIsReallyThere(@TempDir Path directory) throws Exception {
    var registry = Measured.sluice(vertx, directory);

    var report =
        Measured.run(
            vertx, settings(registry.uri(), true, Scenario.PUSH_LARGE, Scenario.PUSH_SMALL));

    var tags = new JsonObject(get(registry.uri(), "/tags/list").body()).getJsonArray("tags");
    long pushed = report.results().stream().mapToLong(Result::operations).sum();
    assertThat((long) tags.size()).as(report.toTable()).isGreaterThanOrEqualTo(pushed);
    for (var tag : List.of(tags.getString(0), tags.getString(tags.size() - 1))) {
      var manifest = new JsonObject(get(registry.uri(), "/manifests/" + tag).body());
      for (int i = 0; i < manifest.getJsonArray("layers").size(); i++) {
        var layer = manifest.getJsonArray("layers").getJsonObject(i);
        var blob = get(registry.uri(), "/blobs/" + layer.getString("digest"));
        assertThat(blob.headers().firstValueAsLong("content-length"))
            .hasValue(layer.getLong("size"));
      }
    }
    await(registry.stop());
  }

  @Test
  void whatIsNotKeptIsGoneAfterwards(@TempDir Path directory) throws Exception {
    var registry = Measured.sluice(vertx, directory);

    Measured.run(vertx, settings(registry.uri(), false, Scenario.PUSH_SMALL));

    var list = get(registry.uri(), "/tags/list");
    assertThat(list.statusCode() == 404 || list.body().contains("\"tags\":[]"))
        .as(list.body())
        .isTrue();
    await(registry.stop());
  }

  @Test
  void theJsonHasTheFiguresAndTheParameters(@TempDir Path directory) throws Exception {
    var registry = Measured.sluice(vertx, directory);

    var report = Measured.run(vertx, settings(registry.uri(), false, Scenario.PULL));

    var json = new ObjectMapper().readTree(report.toJson());
    assertThat(json.at("/target").asText()).isEqualTo(registry.uri().toString());
    assertThat(json.at("/parameters/largeSize").asLong()).isEqualTo(24 << 20);
    assertThat(json.at("/scenarios/0/scenario").asText()).isEqualTo("pull");
    assertThat(json.at("/scenarios/0/operationsPerSecond").asDouble()).isPositive();
    assertThat(json.at("/scenarios/0/latencyMillis/p99").asDouble()).isPositive();
    await(registry.stop());
  }

  @Test
  void aRegistryThatAnswers500IsCountedAsErrors() {
    var registry = Measured.fake(vertx, request -> answer(request, 500));

    var report = Measured.run(vertx, settings(registry, false, Scenario.PUSH_SMALL, Scenario.PULL));

    assertThat(report.failed()).isTrue();
    assertThat(report.results().getFirst().errorsByKind()).containsOnlyKeys("HEAD blob: 500");
    assertThat(report.results().getLast().errorsByKind())
        .containsOnlyKeys("preparation: HEAD blob: 500");
    assertThat(report.toTable()).contains("x HEAD blob: 500");
  }

  @Test
  void aRegistryThatIsBusyIsLeftAloneForAsLongAsItSays() {
    var requests = new AtomicInteger();
    var registry =
        Measured.fake(
            vertx,
            request -> {
              requests.incrementAndGet();
              request.response().putHeader("Retry-After", "1");
              answer(request, 429);
            });

    var report = Measured.run(vertx, settings(registry, false, Scenario.PUSH_SMALL));

    assertThat(report.results().getFirst().errorsByKind()).containsOnlyKeys("HEAD blob: 429");
    // The ping, and each of 8 lanes once in the warm-up, once in the measurement; the deletion.
    assertThat(requests).hasValueLessThan(1 + 8 + 8 + 2 * Cleanup.CONNECTIONS + 1);
  }

  @Test
  void anEarlyRefusalOfALargeLayerIsThatStatusAndNotABrokenConnection() {
    var registry =
        Measured.fake(
            vertx,
            request -> {
              if (request.method().equals(HttpMethod.PATCH)) {
                request.pause();
                request.response().setStatusCode(413).end();
              } else if (request.method().equals(HttpMethod.HEAD)) {
                answer(request, 404);
              } else {
                request.response().putHeader("Location", "/v2/upload");
                answer(request, 202);
              }
            });

    var report = Measured.run(vertx, settings(registry, true, Scenario.PUSH_LARGE));

    assertThat(report.results().getFirst().errorsByKind()).containsOnlyKeys("PATCH upload: 413");
  }

  @Test
  void theLocationMayBeAbsoluteAndHaveAQueryThatIsKept() {
    var puts = Collections.synchronizedList(new ArrayList<String>());
    var registry =
        Measured.fake(
            vertx,
            request -> {
              switch (request.method().name()) {
                case "HEAD" -> answer(request, 404);
                case "POST" -> {
                  request
                      .response()
                      .putHeader(
                          "Location",
                          "http://"
                              + request.authority()
                              + "/v2/bench/test/blobs/uploads/1?_state=a%3D");
                  answer(request, 202);
                }
                case "PATCH" -> {
                  request.response().putHeader("Location", "/v2/up/2?_state=b%3D");
                  answer(request, 202);
                }
                case "PUT" -> {
                  puts.add(request.uri());
                  answer(request, 201);
                }
                default -> answer(request, 200);
              }
            });

    var report = Measured.run(vertx, settings(registry, true, Scenario.PUSH_SMALL));

    assertThat(report.failed()).as(report.toTable()).isFalse();
    assertThat(puts)
        .filteredOn(uri -> !uri.contains("/manifests/"))
        .isNotEmpty()
        .allMatch(uri -> uri.startsWith("/v2/up/2?_state=b%3D&digest=sha256%3A"));
  }

  @Test
  void aConnectionThatTheServerClosesAfterEachAnswerIsNoError() {
    var registry =
        Measured.fake(
            vertx,
            request -> {
              request.response().putHeader("Connection", "close").putHeader("Location", "/v2/up");
              answer(request, request.method().equals(HttpMethod.HEAD) ? 404 : 202);
            });

    var report = Measured.run(vertx, settings(registry, true, Scenario.PUSH_SMALL));

    assertThat(report.failed()).as(report.toTable()).isFalse();
    assertThat(report.results().getFirst().operations()).isPositive();
  }

  @Test
  void aConnectionThatIsCutIsCountedAsSuch() {
    var registry =
        Measured.fake(
            vertx,
            request -> {
              if (request.path().equals("/v2/")) {
                answer(request, 200);
              } else {
                request.connection().close();
              }
            });

    var report = Measured.run(vertx, settings(registry, true, Scenario.PUSH_SMALL));

    assertThat(report.results().getFirst().errorsByKind())
        .containsOnlyKeys("HEAD blob: connection closed");
  }

  @Test
  void anInterruptedRunReportsWhatThereIs(@TempDir Path directory) {
    var registry = Measured.sluice(vertx, directory);
    var measuring = Promise.<Void>promise();
    var bench =
        new Bench(
            vertx,
            new BenchSettings(
                Target.parse(registry.uri().toString(), false),
                List.of(Scenario.BLOB_HEAD, Scenario.PULL),
                OptionalInt.empty(),
                Duration.ofMinutes(5),
                Duration.ZERO,
                OptionalInt.empty(),
                DataSize.ofMiB(1),
                new RepositoryName("bench/test"),
                false,
                1),
            line -> {
              if (line.endsWith("measures")) {
                measuring.tryComplete();
              }
            });
    measuring.future().onSuccess(_ -> vertx.setTimer(300, _ -> bench.interrupt()));

    var report = await(bench.run());

    assertThat(report.interrupted()).isTrue();
    assertThat(report.results()).hasSize(1);
    assertThat(report.results().getFirst().operations()).isPositive();
    assertThat(report.failed()).as(report.toTable()).isFalse();
    await(registry.stop());
  }

  @Test
  void whereNobodyListensTheMessageSaysSoInOneLine() throws IOException {
    var nobody = URI.create("http://127.0.0.1:" + freePort());

    assertThatThrownBy(() -> Measured.run(vertx, settings(nobody, false, Scenario.PULL)))
        .isInstanceOf(UnreachableException.class)
        .hasMessage("cannot measure " + nobody + ": connection refused");
  }

  @Test
  void aRegistryThatWantsCredentialsGetsThem() {
    var seen = Collections.synchronizedSet(new HashSet<String>());
    var registry =
        Measured.fake(
            vertx,
            request -> {
              seen.add(String.valueOf(request.getHeader("Authorization")));
              answer(request, request.getHeader("Authorization") == null ? 401 : 200);
            });
    var anonymous = settings(registry, true, Scenario.BLOB_HEAD);

    assertThatThrownBy(() -> Measured.run(vertx, anonymous)).hasMessageContaining("401");
    seen.clear();
    var report =
        Measured.run(
            vertx,
            new BenchSettings(
                anonymous.target().withUser("ci", "secret"),
                anonymous.scenarios(),
                anonymous.concurrency(),
                anonymous.duration(),
                anonymous.warmup(),
                anonymous.count(),
                anonymous.largeSize(),
                anonymous.repository(),
                true,
                1));

    assertThat(report.failed()).as(report.toTable()).isFalse();
    assertThat(seen).containsExactly("Basic Y2k6c2VjcmV0");
    assertThat(report.toJson()).doesNotContain("secret", "Y2k6c2VjcmV0");
  }

  private static void answer(HttpServerRequest request, int status) {
    request.end().onSuccess(_ -> request.response().setStatusCode(status).end()).onFailure(_ -> {});
    request.resume();
  }

  private HttpResponse<String> get(URI registry, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(registry.resolve("/v2/bench/test" + path)).build(),
        BodyHandlers.ofString());
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
