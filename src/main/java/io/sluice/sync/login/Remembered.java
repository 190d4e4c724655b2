package io.sluice.sync.login;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A login that is good for a while, fetched by one call at a time, whoever waits for it. Confined
 * to the context of whoever asks.
 */
final class Remembered implements LoginSource {

  /*
   * In the last tenth of its time a login is given out still, and the next one is fetched meanwhile: nobody waits for it,
   * and a service that fails for a moment harms nobody. One that an upstream refuses is forgotten, except when it is new:
   * then the next one would be no better, and whoever is refused all the time would ask the service all the time.
   */
  private static final long NEW_NANOS = Duration.ofSeconds(30).toNanos();

  /** A login and for how long it is good from now on. */
  record Fetched(Login login, Duration goodFor) {}

  private record Known(Optional<Login> login, long fetchedAt, long goodNanos) {}

  private final Supplier<Future<Fetched>> service;
  private final LongSupplier nanoTime;
  private @Nullable Known known;
  private @Nullable Future<Optional<Login>> running;
  private long failedAt;
  private boolean failed;

  Remembered(Supplier<Future<Fetched>> service, LongSupplier nanoTime) {
    this.service = service;
    this.nanoTime = nanoTime;
  }

  @Override
  public Future<Optional<Login>> login() {
    var last = known;
    if (last == null) {
      return fetch();
    }
    long age = nanoTime.getAsLong() - last.fetchedAt;
    if (age >= last.goodNanos) {
      return fetch();
    }
    if (age >= last.goodNanos / 10 * 9 && !hasJustFailed()) {
      var _ = fetch();
    }
    return Future.succeededFuture(last.login);
  }

  @Override
  public void refused() {
    var last = known;
    if (last != null && nanoTime.getAsLong() - last.fetchedAt > NEW_NANOS) {
      known = null;
    }
  }

  private boolean hasJustFailed() {
    return failed && nanoTime.getAsLong() - failedAt < NEW_NANOS;
  }

  private Future<Optional<Login>> fetch() {
    var before = running;
    if (before != null) {
      return before;
    }
    long begun = nanoTime.getAsLong();
    var fetched =
        service
            .get()
            .map(
                it -> {
                  var login = Optional.of(it.login);
                  known = new Known(login, begun, it.goodFor.toNanos());
                  failed = false;
                  return login;
                })
            .onFailure(
                _ -> {
                  failed = true;
                  failedAt = nanoTime.getAsLong();
                });
    if (!fetched.isComplete()) {
      running = fetched;
      fetched.onComplete(_ -> running = null);
    }
    return fetched;
  }
}
