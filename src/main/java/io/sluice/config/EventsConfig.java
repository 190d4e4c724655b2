package io.sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code extensions.events}: where events go.
 *
 * @param sinks each gets every event
 */
public record EventsConfig(List<Sink> sinks) {

  /** How a sink is spoken to. */
  public enum SinkType {
    HTTP,
    NATS
  }

  /**
   * A receiver of events.
   *
   * @param address a URL, or that of a NATS server
   * @param channel the subject to publish on, for NATS
   * @param timeout of one delivery; default 30 s
   * @param proxy a URL to send through
   * @param headers sent with every event; names in lower case
   */
  public record Sink(
      SinkType type,
      String address,
      Optional<String> channel,
      Duration timeout,
      Optional<String> proxy,
      Map<String, Secret> headers,
      Optional<Credentials> credentials,
      Optional<Tls> tls) {}

  /** User and password, a bearer token, or a file of NATS credentials. */
  public record Credentials(
      Optional<String> username,
      Optional<Secret> password,
      Optional<Secret> token,
      Optional<Path> file) {}

  /** Whom we trust, and who we are. */
  public record Tls(Optional<Path> caCert, Optional<Path> cert, Optional<Path> key) {}

  static EventsConfig read(Section events) {
    return new EventsConfig(events.sections("sinks").stream().map(EventsConfig::readSink).toList());
  }

  private static Sink readSink(Section sink) {
    var type = sink.choice("type", Map.of("http", SinkType.HTTP, "nats", SinkType.NATS));
    return new Sink(
        sink.required(type, "type", SinkType.HTTP, "http or nats"),
        sink.required(sink.string("address"), "address", "", "where to send events"),
        sink.string("channel"),
        sink.duration("timeout", Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofHours(1)),
        sink.string("proxy"),
        readHeaders(sink.section("headers")),
        sink.section("credentials").map(EventsConfig::readCredentials),
        sink.section("tlsconfig").map(EventsConfig::readTls));
  }

  // All of them are secret: any header may carry a credential, and nobody needs to see the others.
  private static Map<String, Secret> readHeaders(Section headers) {
    var result = new LinkedHashMap<String, Secret>();
    for (var name : headers.keys()) {
      headers.secret(name).ifPresent(value -> result.put(name, value));
    }
    return Collections.unmodifiableMap(result);
  }

  private static Credentials readCredentials(Section credentials) {
    return new Credentials(
        credentials.string("username"),
        credentials.secret("password"),
        credentials.secret("token"),
        credentials.path("file"));
  }

  private static Tls readTls(Section tls) {
    return new Tls(tls.path("cacertfile"), tls.path("certfile"), tls.path("keyfile"));
  }
}
