package io.sluice.server;

import io.sluice.access.Access;
import io.sluice.access.Htpasswd;
import io.sluice.access.Passwords;
import io.sluice.api.InForce;
import io.sluice.api.PullThrough;
import io.sluice.api.RateLimits;
import io.sluice.api.TlsMaterial;
import io.sluice.bus.Bus;
import io.sluice.config.Cidr;
import io.sluice.config.RateLimitConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.sync.SyncPlan;
import io.sluice.sync.Traffic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can change while the registry runs, by the configuration and the files that it names: users,
 * rules, rates, certificates, and what comes from which upstream. Owns what is in force; is asked
 * by every request, from any thread, and {@linkplain #use told} anew by one at a time.
 */
final class Protection {
  private static final Logger LOG = LoggerFactory.getLogger(Protection.class);

  private static final int MOST_BYTES = 16 << 20;

  private final Vertx vertx;
  private final Traffic traffic;
  private volatile State state;

  /**
   * Rates and remembered passwords are kept while what they come from is the same: a reload gives
   * nobody a fresh allowance, and makes nobody's password be hashed again.
   */
  private record State(
      SluiceConfig config,
      Users users,
      Passwords passwords,
      InForce inForce,
      Optional<TlsMaterial> tls) {

    SyncPlan plan() {
      return inForce.pull().plan();
    }
  }

  /** Everything that was read and found good, before any of it counts. */
  record Prepared(SluiceConfig config, Users users, Optional<TlsMaterial> tls, SyncPlan plan) {}

  /** The users, and the text that they were read from. */
  private record Users(String text, Htpasswd parsed) {
    static final Users NONE = new Users("", Htpasswd.parse(""));
  }

  private Protection(Vertx vertx, Traffic traffic, State state) {
    this.vertx = vertx;
    this.traffic = traffic;
    this.state = state;
  }

  /** Fails with {@link StartFailure} when a file can't be used. */
  static Future<Protection> start(Vertx vertx, SluiceConfig config) {
    var traffic = new Traffic();
    return prepare(vertx, config)
        .map(prepared -> new Protection(vertx, traffic, state(vertx, prepared, traffic, null)));
  }

  /** Reads and checks the files; fails with {@link StartFailure}, and changes nothing. */
  static Future<Prepared> prepare(Vertx vertx, SluiceConfig config) {
    return vertx.executeBlocking(
        () ->
            new Prepared(
                config,
                config.http().auth().htpasswd().map(Protection::readUsers).orElse(Users.NONE),
                config.http().tls().map(tls -> TlsFiles.read(vertx, tls)),
                SyncFiles.read(vertx, config)),
        false);
  }

  /** Lets it count from now on. Requests that have come already go by what was before. */
  void use(Prepared prepared) {
    var before = state;
    state = state(vertx, prepared, traffic, before);
    if (state.passwords != before.passwords) {
      before.passwords.close();
    }
  }

  InForce inForce() {
    return state.inForce;
  }

  Optional<TlsMaterial> tls() {
    return state.tls;
  }

  List<Cidr> trustedProxies() {
    return state.config.sluice().http().trustedProxies();
  }

  /** Ends what it has started; to be called last. */
  Future<Void> close() {
    return state.passwords.close();
  }

  /** What the upstreams' requests are counted by, for as long as the registry runs. */
  Traffic traffic() {
    return traffic;
  }

  SyncPlan plan() {
    return state.plan();
  }

  private static State state(
      Vertx vertx, Prepared prepared, Traffic traffic, @Nullable State before) {
    var config = prepared.config();
    var passwords =
        before != null && before.config.sluice().auth().equals(config.sluice().auth())
            ? before.passwords
            : new Passwords(vertx, config.sluice().auth());
    var users = prepared.users();
    if (before == null
        || before.passwords != passwords
        || !before.users.text().equals(users.text())) {
      passwords.use(users.parsed());
      config.http().auth().htpasswd().ifPresent(file -> tellOf(users.parsed(), file));
    }
    Optional<RateLimitConfig> limits = config.http().rateLimit();
    var rates =
        before != null && before.config.http().rateLimit().equals(limits)
            ? before.inForce.rates()
            : new RateLimits(limits, System::nanoTime);
    return new State(
        config,
        users,
        passwords,
        InForce.of(
            new Access(config.http(), passwords, Bus.of(vertx)),
            rates,
            config.sluice().http().trustedProxies(),
            config.http().allowOrigin(),
            new PullThrough(prepared.plan(), traffic)),
        prepared.tls());
  }

  private static Users readUsers(Path file) {
    var text = SmallFile.readText("http.auth.htpasswd.path", file, MOST_BYTES);
    return new Users(text, Htpasswd.parse(text));
  }

  /** Only when they are new: a reload for another reason says nothing of them again. */
  private static void tellOf(Htpasswd users, Path file) {
    users
        .problems()
        .forEach(
            problem ->
                LOG.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("problem", problem)
                    .log("a line of the htpasswd file is not taken"));
    if (users.size() == 0) {
      LOG.atWarn()
          .addKeyValue("file", file)
          .log("the htpasswd file has no user: nobody can log in");
    } else {
      LOG.atInfo()
          .addKeyValue("file", file)
          .addKeyValue("users", users.size())
          .log("users were read");
    }
  }
}
