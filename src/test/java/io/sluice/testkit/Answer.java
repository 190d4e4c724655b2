package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What came back. */
public final class Answer {
  private final String asked;
  private final int status;
  private final Map<String, List<String>> headers;
  private final byte[] body;

  /**
   * As it was received.
   *
   * @param asked the request in short, for messages
   * @param headers by their names in lower case
   */
  Answer(String asked, int status, Map<String, List<String>> headers, byte[] body) {
    this.asked = asked;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  public int status() {
    return status;
  }

  public byte[] body() {
    return body.clone();
  }

  /** Fails with request and answer unless the status is this one. */
  public Answer expect(int expected) {
    assertThat(status).as("the status of %s", this).isEqualTo(expected);
    return this;
  }

  /** Fails unless the body is exactly this. */
  public Answer expectBody(byte[] expected) {
    assertThat(body.length).as("the length of the body of %s", this).isEqualTo(expected.length);
    assertThat(Arrays.mismatch(body, expected))
        .as("where the body of %s differs", this)
        .isEqualTo(-1);
    return this;
  }

  /** Fails unless the body is what was pushed. */
  public Answer expectBody(Payload expected) {
    return expectBody(expected.bytes());
  }

  /** The value of a header that has to be there once. */
  public String header(String name) {
    assertThat(all(name)).as("the header %s of %s", name, this).hasSize(1);
    return all(name).getFirst();
  }

  public Optional<String> findHeader(String name) {
    return all(name).stream().findFirst();
  }

  public List<String> all(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
  }

  /** All headers, by their names in lower case. */
  public Map<String, List<String>> headers() {
    return Map.copyOf(headers);
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  public JsonObject json() {
    return new JsonObject(text());
  }

  /** A list of texts in the JSON body. */
  public List<String> list(String key) {
    return json().getJsonArray(key).stream().map(String.class::cast).toList();
  }

  /** Of an error in the specification's form: its code. */
  public String errorCode() {
    return error().getString("code");
  }

  public String errorMessage() {
    return error().getString("message");
  }

  /** Of an error in the specification's form: what a client needs to mend it. */
  public JsonObject errorDetail() {
    return error().getJsonObject("detail");
  }

  private JsonObject error() {
    assertThat(findHeader("Content-Type")).as("of %s", this).hasValue("application/json");
    var errors = json().getJsonArray("errors");
    assertThat(errors).as("of %s", this).hasSize(1);
    return errors.getJsonObject(0);
  }

  @Override
  public String toString() {
    var type = findHeader("Content-Type").orElse("");
    boolean readable = type.contains("json") || type.startsWith("text/");
    var shown = readable && body.length < 2000 ? text() : body.length + " bytes";
    return asked + " -> " + status + " " + headers + " " + shown;
  }
}
