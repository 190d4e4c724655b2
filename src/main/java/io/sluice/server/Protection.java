package io.sluice.server;

import io.sluice.access.Access;
import io.sluice.access.Htpasswd;
import io.sluice.access.Passwords;
import io.sluice.api.InForce;
import io.sluice.api.RateLimits;
import io.sluice.api.TlsMaterial;
import io.sluice.bus.Bus;
import io.sluice.config.Cidr;
import io.sluice.config.RateLimitConfig;
import io.sluice.config.SluiceConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps others out, by the configuration and the files that it names: users, rules, rates,
 * certificates. Owns what is in force; is asked by every request, from any thread, and {@linkplain
 * #use told} anew by one at a time.
 */
final class Protection {
  private static final Logger LOG = LoggerFactory.getLogger(Protection.class);

  private static final int MOST_BYTES = 16 << 20;

  private final Vertx vertx;
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
      Optional<TlsMaterial> tls) {}

  /** Everything that was read and found good, before any of it counts. */
  record Prepared(SluiceConfig config, Users users, Optional<TlsMaterial> tls) {}

  /** The users, and the text that they were read from. */
  private record Users(String text, Htpasswd parsed) {
    static final Users NONE = new Users("", Htpasswd.parse(""));
  }

  private Protection(Vertx vertx, State state) {
    this.vertx = vertx;
    this.state = state;
  }

  /** Fails with {@link StartFailure} when a file can't be used. */
  static Future<Protection> start(Vertx vertx, SluiceConfig config) {
    return prepare(vertx, config)
        .map(prepared -> new Protection(vertx, state(vertx, prepared, null)));
  }

  /** Reads and checks the files; fails with {@link StartFailure}, and changes nothing. */
  static Future<Prepared> prepare(Vertx vertx, SluiceConfig config) {
    return vertx.executeBlocking(
        () ->
            new Prepared(
                config,
                config.http().auth().htpasswd().map(Protection::readUsers).orElse(Users.NONE),
                config.http().tls().map(tls -> TlsFiles.read(vertx, tls))),
        false);
  }

  /** Lets it count from now on. Requests that have come already go by what was before. */
  void use(Prepared prepared) {
    var before = state;
    state = state(vertx, prepared, before);
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

  private static State state(Vertx vertx, Prepared prepared, @Nullable State before) {
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
            config.http().allowOrigin()),
        prepared.tls());
  }

  private static Users readUsers(Path file) {
    var text = read(file);
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

  private static String read(Path file) {
    try (var in = Files.newInputStream(file)) {
      var bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new StartFailure("http.auth.htpasswd.path: " + file + " is too large");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new StartFailure("http.auth.htpasswd.path: " + file + " is not text in UTF-8");
    } catch (IOException e) {
      throw new StartFailure(
          "http.auth.htpasswd.path: " + file + " can't be read: " + StartFailure.reason(e));
    }
  }
}
