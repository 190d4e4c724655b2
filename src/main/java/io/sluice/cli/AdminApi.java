package io.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.bench.Target;
import io.sluice.server.TrustingAll;
import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a running registry is asked by commands, below {@code /v2/_sluice/}. Blocks; failures are
 * {@link CommandFailure}s that say what the registry says.
 */
final class AdminApi implements AutoCloseable {
  static final String PASSWORD_VARIABLE = "SLUICE_PASSWORD";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofMinutes(1);

  private final HttpClient client;
  private final Target target;

  private AdminApi(Target target) {
    this.target = target;
    var builder = HttpClient.newBuilder().connectTimeout(CONNECT);
    if (target.insecure()) {
      builder.sslContext(TrustingAll.context());
    }
    this.client = builder.build();
  }

  /**
   * The registry at a URL, asked as this user, whose password is in the environment or asked for.
   *
   * @throws IllegalArgumentException with a message for whoever wrote the URL
   */
  static AdminApi of(String url, @Nullable String user, boolean insecure) {
    var target = Target.parse(url, insecure);
    return new AdminApi(user == null ? target : target.withUser(user, password(user)));
  }

  private static String password(String user) {
    var variable = System.getenv(PASSWORD_VARIABLE);
    if (variable != null) {
      return variable;
    }
    return Optional.ofNullable(System.console())
        .filter(Console::isTerminal)
        .map(console -> console.readPassword("Password of %s: ", user))
        .map(String::new)
        .orElseThrow(
            () ->
                new CommandFailure(
                    "there is nobody to ask for the password of "
                        + user
                        + ": put it into the environment variable "
                        + PASSWORD_VARIABLE));
  }

  JsonNode get(String path) {
    return json(send(request(path).GET().build(), BodyHandlers.ofString()));
  }

  JsonNode post(String path, Optional<String> json) {
    var body = json.map(BodyPublishers::ofString).orElseGet(BodyPublishers::noBody);
    return json(send(request(path).POST(body).build(), BodyHandlers.ofString()));
  }

  /** Hands over line after line of the answer; fails when it has no end. */
  void lines(String path, Optional<String> json, Consumer<JsonNode> line) {
    var request = request(path);
    json.ifPresentOrElse(body -> request.POST(BodyPublishers.ofString(body)), request::GET);
    var response = send(request.build(), BodyHandlers.ofLines());
    try (Stream<String> lines = response.body()) {
      if (response.statusCode() >= 300) {
        throw refused(response.statusCode(), String.join("\n", lines.toList()));
      }
      lines.forEach(text -> line.accept(read(text)));
    } catch (UncheckedIOException e) {
      throw new CommandFailure("the answer of " + target + " broke off: " + e.getMessage());
    }
  }

  private HttpRequest.Builder request(String path) {
    var builder = HttpRequest.newBuilder(URI.create(target.base() + path)).timeout(ANSWER);
    target.authorization().ifPresent(it -> builder.header("Authorization", it));
    return builder.header("User-Agent", "sluice");
  }

  private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return client.send(request, handler);
    } catch (IOException e) {
      throw new CommandFailure(
          "can't reach "
              + target
              + ": "
              + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted");
    }
  }

  private JsonNode json(HttpResponse<String> response) {
    if (response.statusCode() >= 300) {
      throw refused(response.statusCode(), response.body());
    }
    return read(response.body());
  }

  private JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CommandFailure(target + " doesn't answer as a Sluice registry does");
    }
  }

  /** In the words of the registry, if they are its words. */
  private CommandFailure refused(int status, String body) {
    var message = "";
    try {
      message = JSON.readTree(body).at("/errors/0/message").asText();
    } catch (JsonProcessingException e) {
      // as without a message
    }
    var hint = status == 401 && target.authorization().isEmpty() ? " (say who with --user)" : "";
    return new CommandFailure(
        message.isEmpty() ? target + " answers with status " + status + hint : message + hint);
  }

  @Override
  public void close() {
    client.close();
  }
}
