package io.sluice.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The client of bench/auth: many users log in for the first time, all at once; whoever is told to
 * come back later does. Prints one line of JSON.
 */
final class LoginStorm {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final int LAST_TRY = 60;

  private final URI root;
  private final TreeMap<Integer, AtomicLong> answers = new TreeMap<>();

  private LoginStorm(URI root) {
    this.root = root;
  }

  /** Of users called user0, user1 and so on, whose passwords are their names. */
  public static void main(String[] arguments) {
    var storm = new LoginStorm(URI.create(arguments[0] + "/v2/"));
    int users = Integer.parseInt(arguments[1]);
    long start = System.nanoTime();
    var took = new ArrayList<CompletableFuture<Long>>();
    for (int i = 0; i < users; i++) {
      var name = "user" + i;
      took.add(storm.logIn(name, 1).thenApply(_ -> System.nanoTime() - start));
    }
    List<Long> millis =
        took.stream()
            .map(CompletableFuture::join)
            .map(nanos -> nanos / 1_000_000)
            .sorted()
            .toList();
    System.out.printf(
        "{\"users\": %d, \"p50Millis\": %d, \"lastMillis\": %d, \"answers\": \"%s\"}%n",
        users, millis.get(users / 2), millis.getLast(), storm.answers);
  }

  private CompletableFuture<Void> logIn(String user, int attempt) {
    var credentials =
        Base64.getEncoder().encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8));
    var request =
        HttpRequest.newBuilder(root)
            .header("Authorization", "Basic " + credentials)
            .timeout(Duration.ofSeconds(60))
            .build();
    return HTTP.sendAsync(request, HttpResponse.BodyHandlers.discarding())
        .thenCompose(
            answer -> {
              count(answer.statusCode());
              if (answer.statusCode() == 200) {
                return CompletableFuture.completedFuture(null);
              }
              if (answer.statusCode() != 429 || attempt == LAST_TRY) {
                throw new IllegalStateException(user + " was answered " + answer.statusCode());
              }
              long seconds = answer.headers().firstValueAsLong("Retry-After").orElse(1);
              var later = CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS);
              return CompletableFuture.supplyAsync(() -> user, later)
                  .thenCompose(_ -> logIn(user, attempt + 1));
            });
  }

  private synchronized void count(int status) {
    answers.computeIfAbsent(status, _ -> new AtomicLong()).incrementAndGet();
  }
}
