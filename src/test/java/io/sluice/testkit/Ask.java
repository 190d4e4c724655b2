package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** A request that is being put together. */
public final class Ask {
  private final HttpClient client;
  private final String method;
  private final URI uri;
  private final List<String> headers = new ArrayList<>();
  private HttpRequest.BodyPublisher body = BodyPublishers.noBody();

  Ask(HttpClient client, String method, URI uri) {
    this.client = client;
    this.method = method;
    this.uri = uri;
  }

  public Ask header(String name, Object value) {
    headers.add(name);
    headers.add(value.toString());
    return this;
  }

  public Ask body(byte[] bytes) {
    body = BodyPublishers.ofByteArray(bytes);
    return this;
  }

  public Ask body(Payload payload) {
    return body(payload.bytes());
  }

  /** A body of a length that isn't told: in chunked coding. */
  public Ask chunked(byte[] bytes) {
    body = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
    return this;
  }

  /** Sends it; fails unless the answer has this status. */
  public Answer answers(int status) {
    return send().expect(status);
  }

  public Answer send() {
    try {
      return answer(client.send(request(), HttpResponse.BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + uri + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(method + " " + uri + " was interrupted", e);
    }
  }

  /** Sends it, and reads the body as it comes; fails unless the answer has this status. */
  public Reading reads(int status) {
    try {
      var response = client.send(request(), HttpResponse.BodyHandlers.ofInputStream());
      assertThat(response.statusCode()).as("%s %s", method, uri).isEqualTo(status);
      return new Reading(method + " " + uri, response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + uri + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(method + " " + uri + " was interrupted", e);
    }
  }

  /** Sends it while other things happen. */
  public CompletableFuture<Answer> sendAsync() {
    return client
        .sendAsync(request(), HttpResponse.BodyHandlers.ofByteArray())
        .thenApply(this::answer);
  }

  private HttpRequest request() {
    var builder = HttpRequest.newBuilder(uri).method(method, body).timeout(Duration.ofSeconds(30));
    if (!headers.isEmpty()) {
      builder.headers(headers.toArray(String[]::new));
    }
    return builder.build();
  }

  private Answer answer(HttpResponse<byte[]> response) {
    var received = new HashMap<String, List<String>>();
    response
        .headers()
        .map()
        .forEach((name, values) -> received.put(name.toLowerCase(Locale.ROOT), values));
    return new Answer(
        method + " " + uri + " " + headers, response.statusCode(), received, response.body());
  }
}
