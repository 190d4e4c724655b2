package io.sluice.testkit.upstream;

import static io.sluice.testkit.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.oci.Digest;
import io.sluice.testkit.Registry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DockerRegistryTest {
  private static final byte[] CONTENT = "content".getBytes(UTF_8);
  private static final String DIGEST = Digest.sha256(CONTENT).toString();

  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void whatWasPushedIsThereStillAfterAStop() throws Exception {
    try (var registry = DockerRegistry.start()) {
      push(registry);
      registry.stop();
      assertThatThrownBy(() -> pull(registry)).isInstanceOf(ConnectException.class);
      registry.again();
      assertThat(pull(registry).body()).isEqualTo("content");
      eventually(
          registry::requests,
          requests ->
              assertThat(requests)
                  .contains("GET /v2/team/app/blobs/" + DIGEST + " 200")
                  .anyMatch(it -> it.matches("PUT /v2/team/app/blobs/uploads/.* 201")));
    }
  }

  @Test
  void aMirrorAsksItsUpstream() throws Exception {
    try (var upstream = DockerRegistry.start();
        var mirror = DockerRegistry.with().mirroring(upstream.uri()).start()) {
      push(upstream);
      assertThat(pull(mirror).body()).isEqualTo("content");
      eventually(
          upstream::requests,
          requests -> assertThat(requests).contains("GET /v2/team/app/blobs/" + DIGEST + " 200"));
    }
  }

  @Test
  void onlyItsUserIsLetIn() throws Exception {
    try (var registry = DockerRegistry.with().onlyFor("alice").start()) {
      var ping = HttpRequest.newBuilder(registry.uri().resolve("/v2/"));
      assertThat(send(ping).statusCode()).isEqualTo(401);
      ping.header("Authorization", Registry.basic("alice", "alice!"));
      assertThat(send(ping).statusCode()).isEqualTo(200);
    }
  }

  private void push(DockerRegistry registry) throws Exception {
    var begun =
        send(
            HttpRequest.newBuilder(registry.uri().resolve("/v2/team/app/blobs/uploads/"))
                .POST(BodyPublishers.noBody()));
    var location = begun.headers().firstValue("Location").orElseThrow();
    var put =
        send(
            HttpRequest.newBuilder(URI.create(location + "&digest=" + DIGEST))
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.ofByteArray(CONTENT)));
    assertThat(put.statusCode()).as(put.body()).isEqualTo(201);
  }

  private HttpResponse<String> pull(DockerRegistry registry) throws Exception {
    return send(HttpRequest.newBuilder(registry.uri().resolve("/v2/team/app/blobs/" + DIGEST)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
