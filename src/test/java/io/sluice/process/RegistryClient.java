package io.sluice.process;

import io.sluice.oci.Digest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** The little of a registry client that tests of a process need. */
final class RegistryClient {
  static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final URI base;

  RegistryClient(URI base) {
    this.base = base;
  }

  HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(Duration.ofSeconds(60))
            .method(method, BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return send("GET", path, new byte[0]);
  }

  /** The path of a new upload. */
  String startUpload(String repository) throws IOException, InterruptedException {
    var answer = send("POST", "/v2/" + repository + "/blobs/uploads/", new byte[0]);
    expect(202, answer);
    return answer.headers().firstValue("Location").orElseThrow();
  }

  /** Pushes a blob as docker does; returns once it is acknowledged. */
  Digest pushBlob(String repository, byte[] content) throws IOException, InterruptedException {
    var digest = Digest.sha256(content);
    var upload = startUpload(repository);
    expect(202, send("PATCH", upload, content));
    expect(201, send("PUT", upload + "?digest=" + digest, new byte[0]));
    return digest;
  }

  /** Pushes an image of one layer; returns the manifest's digest once it is acknowledged. */
  Digest pushImage(String repository, String tag, byte[] layer)
      throws IOException, InterruptedException {
    return pushManifest(repository, tag, List.of(layer));
  }

  Digest pushManifest(String repository, String tag, List<byte[]> layers)
      throws IOException, InterruptedException {
    var config = ("{\"of\":\"" + repository + ":" + tag + "\"}").getBytes(StandardCharsets.UTF_8);
    pushBlob(repository, config);
    for (var layer : layers) {
      pushBlob(repository, layer);
    }
    var manifest =
        """
        {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}"""
            .formatted(
                MANIFEST,
                descriptor("application/vnd.oci.image.config.v1+json", config),
                layers.stream()
                    .map(layer -> descriptor("application/vnd.oci.image.layer.v1.tar", layer))
                    .collect(Collectors.joining(",")))
            .getBytes(StandardCharsets.UTF_8);
    expect(
        201,
        send("PUT", "/v2/" + repository + "/manifests/" + tag, manifest, "Content-Type", MANIFEST));
    return Digest.sha256(manifest);
  }

  private static String descriptor(String type, byte[] content) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(type, Digest.sha256(content), content.length);
  }

  static void expect(int status, HttpResponse<byte[]> answer) {
    if (answer.statusCode() != status) {
      throw new IllegalStateException(
          "%s %s: %d instead of %d: %s"
              .formatted(
                  answer.request().method(),
                  answer.uri(),
                  answer.statusCode(),
                  status,
                  new String(answer.body(), StandardCharsets.UTF_8)));
    }
  }
}
