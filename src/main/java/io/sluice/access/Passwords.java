package io.sluice.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.config.OwnConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.AuthenticationProvider;
import io.vertx.ext.auth.authentication.CredentialValidationException;
import io.vertx.ext.auth.authentication.UsernamePasswordCredentials;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Whether a password is a user's. Thread safe; the answer comes on the caller's context.
 *
 * <p>Knows nobody until {@link #use} is called.
 */
public final class Passwords implements AuthenticationProvider {
  private static final int MAX_PASSWORD_BYTES = 512;
  private static final int MAX_REMEMBERED = 10_000;
  private static final int MAX_LIMITED = 10_000;
  private static final int MAX_USER_LENGTH = 255;
  private static final String NO_ADDRESS = "";

  /** How long credentials that were right once don't count as guesses. */
  private static final Duration TRUSTED = Duration.ofDays(1);

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Verdict WRONG = new Verdict.Wrong();
  private static final Verdict RIGHT = new Verdict.Right();
  private static final Verdict STOPPING =
      new Verdict.Later(SECOND, "the registry is being stopped");
  // Future.succeededFuture makes one each time; this has no context and no state that changes.
  private static final Future<Verdict> REMEMBERED = Future.succeededFuture(RIGHT);

  /*
   * A password costs tens of milliseconds of a processor, by design; a client that pulls an image sends it
   * with each of fifty requests. So a right one is remembered by its keyed hash for a while and costs a
   * microsecond then. All else has to pass two limits, of the client's address and of the user's name, before it is
   * hashed: who fails uses them up, who is right gets back what was taken. They apply to users who don't exist as
   * well. Credentials that were right within the last day pass the limits without a try: else whoever keeps on guessing
   * at a user's password would keep that user out.
   */
  private final Vertx vertx;
  private final OwnConfig.Auth settings;
  private final LongSupplier nanos;
  private final WorkerExecutor hashing;
  private final int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  private final KeyedHash keyed = new KeyedHash();
  private final Limiter byAddress;
  private final Limiter byUser;
  private final WaitingRoom room;
  private final ConcurrentMap<Asked, Flight> flights = new ConcurrentHashMap<>();
  private final AtomicLong meanHashNanos = new AtomicLong();
  private volatile Known known;
  private volatile boolean closed;

  /**
   * A file's users and what was right of them: replaced together, so no answer outlives its file.
   */
  private static final class Known {
    final Htpasswd users;
    // When that was, by the clock.
    final Cache<KeyedHash.Value, Long> right;

    Known(Htpasswd users, Cache<KeyedHash.Value, Long> right) {
      this.users = users;
      this.right = right;
    }
  }

  private record Asked(Known known, KeyedHash.Value credentials) {}

  /** One hash under way, for everybody who asks for the same; it ends once. */
  private record Flight(
      Asked asked,
      String user,
      String address,
      boolean limited,
      AtomicBoolean ended,
      Promise<Verdict> verdict) {}

  public Passwords(Vertx vertx, OwnConfig.Auth settings) {
    this(vertx, settings, System::nanoTime);
  }

  Passwords(Vertx vertx, OwnConfig.Auth settings, LongSupplier nanos) {
    this.vertx = vertx;
    this.settings = settings;
    this.nanos = nanos;
    this.hashing = vertx.createSharedWorkerExecutor("sluice-password", threads);
    this.byAddress = limiter();
    this.byUser = limiter();
    this.room = new WaitingRoom(settings.maxWaiting());
    this.known = nothingRightYet(Htpasswd.of(Map.of()));
  }

  /**
   * Replaces the users. Nothing that was right before is remembered, nor what is being verified
   * against the former users.
   */
  public void use(Htpasswd users) {
    known = nothingRightYet(users);
  }

  /** Whether there is such a user, with a password that can be verified. */
  public boolean knows(String user) {
    return known.users.knows(user);
  }

  /**
   * Whether it is that user's password.
   *
   * @param clientAddress an IP address, which failures are counted for as well; empty if there is
   *     none to count for
   * @return fails only with defects
   */
  public Future<Verdict> check(String user, String password, String clientAddress) {
    var bytes = password.getBytes(StandardCharsets.UTF_8);
    var users = known;
    if (bytes.length > MAX_PASSWORD_BYTES
        || user.length() > MAX_USER_LENGTH
        || users.users.size() == 0) {
      // Nobody's: counted as any other failure, but there is nothing to hash.
      return Future.succeededFuture(
          takeOneTry(keyOf(user), AddressBlock.of(clientAddress)).orElse(WRONG));
    }
    var asked = new Asked(users, keyed.of(user, bytes));
    if (isRemembered(asked)) {
      return REMEMBERED;
    }
    boolean limited = users.right.getIfPresent(asked.credentials) == null;
    return join(
        new Flight(
            asked,
            user,
            AddressBlock.of(clientAddress),
            limited,
            new AtomicBoolean(),
            Promise.promise()),
        bytes);
  }

  /**
   * Whether so many tries from this address have failed that nothing from there is to be looked at.
   * Counts as no try. (A user's failures don't count here: they may be others'.)
   *
   * @param clientAddress as for {@link #check}
   */
  public Optional<Verdict.Later> later(String clientAddress) {
    var address = AddressBlock.of(clientAddress);
    var wait = address.equals(NO_ADDRESS) ? Duration.ZERO : byAddress.untilNext(address);
    return wait.isPositive() ? Optional.of(laterForAddress(wait)) : Optional.empty();
  }

  private static Verdict.Later laterForAddress(Duration wait) {
    return new Verdict.Later(wait, "too many failed logins from this address");
  }

  private static Verdict.Later laterForUser(Duration wait) {
    return new Verdict.Later(wait, "too many failed logins of this user");
  }

  private boolean isRemembered(Asked asked) {
    var since = asked.known.right.getIfPresent(asked.credentials);
    return since != null && nanos.getAsLong() - since < settings.rememberFor().toNanos();
  }

  /**
   * The same for code that takes any of Vert.x's providers; failures are counted by user only.
   * Fails with a text for the client.
   */
  @Override
  public Future<User> authenticate(io.vertx.ext.auth.authentication.Credentials credentials) {
    if (!(credentials instanceof UsernamePasswordCredentials login)) {
      return Future.failedFuture(
          new CredentialValidationException("not a user's name and password"));
    }
    try {
      login.checkValid(null);
    } catch (CredentialValidationException e) {
      return Future.failedFuture(e);
    }
    return check(login.getUsername(), login.getPassword(), NO_ADDRESS)
        .compose(
            verdict ->
                switch (verdict) {
                  case Verdict.Right _ -> {
                    var user = User.fromName(login.getUsername());
                    user.principal().put("amr", List.of("pwd"));
                    yield Future.succeededFuture(user);
                  }
                  case Verdict.Wrong _ -> Future.failedFuture("wrong user or password");
                  case Verdict.Later later -> Future.failedFuture(later.reason());
                });
  }

  /** Stops hashing; whoever waits is told to come back later, and so is who asks from now on. */
  public Future<Void> close() {
    closed = true;
    return hashing
        .close()
        .onComplete(_ -> flights.values().forEach(it -> end(it, Future.succeededFuture(STOPPING))));
  }

  /** Waits for the same hash that is under way, or starts it. */
  private Future<Verdict> join(Flight flight, byte[] password) {
    var other = flights.putIfAbsent(flight.asked, flight);
    if (other != null) {
      // Takes no try: it learns nothing that the first one doesn't.
      return onCallersContext(other);
    }
    // Between the look before and now, the same hash may have ended.
    if (isRemembered(flight.asked)) {
      return refuse(flight, RIGHT);
    }
    var later =
        flight.limited ? takeOneTry(keyOf(flight.user), flight.address) : Optional.<Verdict>empty();
    if (later.isPresent()) {
      return refuse(flight, later.get());
    }
    if (closed || !room.enter(flight.address)) {
      giveBack(flight);
      return refuse(flight, closed ? STOPPING : full());
    }
    var answer = onCallersContext(flight);
    start(flight, password);
    return answer;
  }

  private void start(Flight flight, byte[] password) {
    try {
      hashing
          .executeBlocking(
              () -> {
                end(flight, Future.succeededFuture(hash(flight, password)));
                return true;
              },
              false)
          .onFailure(
              cause ->
                  end(
                      flight,
                      closed ? Future.succeededFuture(STOPPING) : Future.failedFuture(cause)));
    } catch (RuntimeException e) {
      end(flight, closed ? Future.succeededFuture(STOPPING) : Future.failedFuture(e));
    }
  }

  private Verdict hash(Flight flight, byte[] password) {
    long began = nanos.getAsLong();
    boolean right = flight.asked.known.users.matches(flight.user, password);
    long took = nanos.getAsLong() - began;
    meanHashNanos.updateAndGet(mean -> mean == 0 ? took : mean + (took - mean) / 8);
    return right ? RIGHT : WRONG;
  }

  /** The one place where a hash that had a place in the room ends, whatever became of it. */
  private void end(Flight flight, Future<Verdict> outcome) {
    if (!flight.ended.compareAndSet(false, true)) {
      return;
    }
    if (outcome.succeeded() && outcome.result() != WRONG) {
      giveBack(flight);
    }
    if (outcome.succeeded() && outcome.result() == RIGHT) {
      flight.asked.known.right.put(flight.asked.credentials, nanos.getAsLong());
    }
    room.leave(flight.address);
    flights.remove(flight.asked, flight);
    outcome.onComplete(flight.verdict);
  }

  /** Ends what was never hashed, for those as well who joined meanwhile. */
  private Future<Verdict> refuse(Flight flight, Verdict verdict) {
    flight.ended.set(true);
    flights.remove(flight.asked, flight);
    flight.verdict.complete(verdict);
    return Future.succeededFuture(verdict);
  }

  private Future<Verdict> onCallersContext(Flight flight) {
    var context = vertx.getOrCreateContext();
    var answer = Promise.<Verdict>promise();
    flight.verdict.future().onComplete(result -> context.runOnContext(_ -> answer.handle(result)));
    return answer.future();
  }

  /** Takes one try of both, or none and says so. */
  private Optional<Verdict> takeOneTry(String user, String address) {
    if (!address.equals(NO_ADDRESS)) {
      var wait = byAddress.acquire(address);
      if (wait.isPositive()) {
        return Optional.of(laterForAddress(wait));
      }
    }
    var wait = byUser.acquire(user);
    if (wait.isPositive()) {
      byAddress.giveBack(address);
      return Optional.of(laterForUser(wait));
    }
    return Optional.empty();
  }

  private void giveBack(Flight flight) {
    if (!flight.limited) {
      return;
    }
    byAddress.giveBack(flight.address);
    byUser.giveBack(keyOf(flight.user));
  }

  private Verdict full() {
    var wait = Duration.ofNanos(meanHashNanos.get()).multipliedBy(room.size()).dividedBy(threads);
    return new Verdict.Later(
        wait.compareTo(SECOND) < 0 ? SECOND : wait, "too many logins at the same time");
  }

  /** Longer names are nobody's; they must not take more memory than others. */
  private static String keyOf(String user) {
    return user.length() > MAX_USER_LENGTH ? user.substring(0, MAX_USER_LENGTH) : user;
  }

  private Limiter limiter() {
    return new Limiter(settings.failureInterval(), settings.failures(), MAX_LIMITED, nanos);
  }

  private Known nothingRightYet(Htpasswd users) {
    return new Known(
        users,
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(nanos::getAsLong)
            .expireAfterWrite(TRUSTED)
            .maximumSize(MAX_REMEMBERED)
            .build());
  }
}
