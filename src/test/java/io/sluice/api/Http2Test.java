package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Document;
import io.sluice.testkit.Http2Client;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.stream.IntStream;

/** HTTP/2 without TLS, as proxies speak it: by prior knowledge, and by upgrade. */
class Http2Test {
  private static final byte[] NONE = new byte[0];

  @RegistryTest
  void aLargeBlobIsPushedAndPulled(Registry registry) {
    var payload = Payload.ofSize(5_000_000);
    try (var client = registry.http2()) {
      var begun = client.answer("POST", "/v2/team/app/blobs/uploads/", NONE).expect(202);
      client.answer("PATCH", begun.header("location"), payload.bytes()).expect(202);
      var status = client.answer("GET", begun.header("location"), NONE).expect(204);
      assertThat(status.header("range")).isEqualTo("0-4999999");
      client
          .answer("PUT", begun.header("location") + "?digest=" + payload.digest(), NONE)
          .expect(201);
      var blob = "/v2/team/app/blobs/" + payload.digest();
      var answer = client.answer("GET", blob, NONE).expect(200);
      answer.expectBody(payload);
      var part = client.answer("GET", blob, NONE, "range", "bytes=100-2000099").expect(206);
      part.expectBody(payload.slice(100, 2_000_100));
      var head = client.answer("HEAD", blob, NONE).expect(200);
      assertThat(head.header("content-length")).isEqualTo("5000000");
    }
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void anImageIsPushedAndPulled(Registry registry) {
    var app = registry.repository("team/app");
    var config = Payload.ofSize(100);
    app.push(config);
    var image = Document.image(config);
    try (var client = registry.http2()) {
      client
          .answer(
              "PUT",
              app.path("manifests/latest"),
              image.payload().bytes(),
              "content-type",
              image.mediaType())
          .expect(201);
      var answer = client.answer("GET", app.path("manifests/latest"), NONE).expect(200);
      answer.expectBody(image.payload());
      assertThat(client.answer("GET", app.path("tags/list"), NONE).expect(200).list("tags"))
          .containsExactly("latest");
      assertThat(client.answer("GET", app.path("manifests/none"), NONE).expect(404).errorCode())
          .isEqualTo("MANIFEST_UNKNOWN");
      client.answer("DELETE", app.path("manifests/latest"), NONE).expect(202);
    }
  }

  @RegistryTest
  void manyRequestsShareOneConnection(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(300_000);
    app.push(payload);
    try (var client = registry.http2()) {
      var answers =
          IntStream.range(0, 50)
              .mapToObj(_ -> client.ask("GET", app.path("blobs/" + payload.digest()), NONE))
              .toList();
      for (var answer : answers) {
        Http2Client.await(answer).expect(200).expectBody(payload);
      }
    }
    registry.leavesNothingBehind();
  }

  @RegistryTest(config = "{sluice: {http: {maxManifestSize: 64KiB}}}")
  void aRefusedBodyDoesNotHarmTheOtherRequests(Registry registry) {
    try (var client = registry.http2()) {
      for (int i = 0; i < 3; i++) {
        var answer =
            client
                .answer(
                    "PUT",
                    "/v2/team/app/manifests/latest",
                    new byte[2_000_000],
                    "content-length",
                    "2000000")
                .expect(413);
        assertThat(answer.errorCode()).isEqualTo("MANIFEST_INVALID");
        assertThat(answer.findHeader("connection")).isEmpty();
        client.answer("GET", "/v2/", NONE).expect(200);
      }
    }
  }

  @RegistryTest
  void anUploadOfWhichTheStreamIsResetGoesOn(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(1_000_000);
    var upload = app.startUpload();
    try (var client = registry.http2()) {
      var request = Http2Client.await(client.open("PATCH", upload.location()));
      request.setChunked(true);
      Http2Client.await(request.write(Buffer.buffer(payload.slice(0, 400_000))));
      io.sluice.testkit.Eventually.eventually(
          upload::offset, offset -> assertThat(offset).isEqualTo(400_000));
      request.reset(8).onComplete(_ -> {});
      client.answer("GET", "/v2/", NONE).expect(200);
      upload.send(payload, 400_000, 1_000_000).finish(payload.digest());
    }
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void aPullOfWhichTheStreamIsResetLeavesNothingOpen(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(8_000_000);
    app.push(payload);
    try (var client = registry.http2()) {
      for (int i = 0; i < 5; i++) {
        Http2Client.await(
            client
                .open("GET", app.path("blobs/" + payload.digest()))
                .compose(
                    request ->
                        request
                            .send()
                            .map(response -> response.exceptionHandler(_ -> {}).pause())
                            .compose(_ -> request.reset(8)))
                .transform(_ -> Future.succeededFuture()));
        client.answer("GET", "/v2/", NONE).expect(200);
      }
      registry.leavesNothingBehind();
    }
    registry.isUnharmed();
  }

  @RegistryTest(config = "{sluice: {http: {maxConnections: 3}}}")
  void connectionsThatWereUpgradedCountOnce(Registry registry) throws Exception {
    registry.repository("team/app").pushImage("latest");
    for (int i = 0; i < 10; i++) {
      try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
        var request =
            HttpRequest.newBuilder(registry.uri().resolve("/v2/team/app/manifests/latest")).build();
        for (int j = 0; j < 3; j++) {
          var response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
          assertThat(response.statusCode()).isEqualTo(200);
          assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        }
      }
    }
  }
}
