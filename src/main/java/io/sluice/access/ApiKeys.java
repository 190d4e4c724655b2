package io.sluice.access;

import io.sluice.bus.Bus;
import io.sluice.registry.ApiKeyRecord;
import io.sluice.registry.Commands.DeleteApiKey;
import io.sluice.registry.Commands.FindApiKey;
import io.sluice.registry.Commands.ListApiKeys;
import io.sluice.registry.Commands.ListedApiKey;
import io.sluice.registry.Commands.PutApiKey;
import io.sluice.registry.Commands.TouchApiKey;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API keys that users have made ({@code http.auth.apikey}): given as the password of Basic
 * authentication, beside the user's name. What is stored is a key's SHA-256: a key has 122 random
 * bits, so there is nothing that a slower hash would make harder. Keys have Zot's form and hash.
 * Thread safe.
 */
public final class ApiKeys {
  private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);
  private static final String PREFIX = "zak_";
  private static final Pattern KEY = Pattern.compile(PREFIX + "[0-9a-f]{32}");
  private static final SecureRandom RANDOM = new SecureRandom();

  /** How a user with a password, and one with a certificate, came to their key. */
  private static final String BY_PASSWORD = "htpasswd";

  private static final String BY_CERTIFICATE = "mtls";

  private final Bus bus;
  private final Passwords passwords;
  private final boolean byCertificate;

  /**
   * As the configuration has it.
   *
   * @param byCertificate whether a certificate can still prove who somebody is
   */
  ApiKeys(Bus bus, Passwords passwords, boolean byCertificate) {
    this.bus = bus;
    this.passwords = passwords;
    this.byCertificate = byCertificate;
  }

  /** A key that was just made, and its text, which nobody will ever see again. */
  public record Made(ApiKeyRecord record, String key) {
    /** Without the key. */
    @Override
    public String toString() {
      return "Made[" + record.uuid() + "]";
    }
  }

  static boolean isOne(String password) {
    return KEY.matcher(password).matches();
  }

  /** Whose key it is; empty if it is not that user's, has expired, or its user is gone. */
  Future<Optional<Caller>> caller(String user, String key) {
    return bus.request(new FindApiKey(user, hash(key)))
        .map(
            found -> {
              var record = found.filter(it -> isGood(it, Instant.now()));
              record.ifPresent(this::touch);
              return record.flatMap(ApiKeys::callerBy);
            });
  }

  /**
   * A key must not outlive what its user was known by: whoever is taken out of the file is out, and
   * so are those with certificates once none are asked for.
   */
  private boolean isGood(ApiKeyRecord record, Instant now) {
    return record.expires().filter(now::isAfter).isEmpty()
        && switch (record.provenBy()) {
          case BY_PASSWORD -> passwords.knows(record.user());
          case BY_CERTIFICATE -> byCertificate;
          default -> false;
        };
  }

  private void touch(ApiKeyRecord record) {
    bus.request(new TouchApiKey(record.user(), record.uuid(), Instant.now()))
        .onFailure(
            e ->
                LOG.atWarn()
                    .addKeyValue("user", record.user())
                    .addKeyValue("error", e.toString())
                    .log("that an API key was used could not be recorded"));
  }

  private static Optional<Caller> callerBy(ApiKeyRecord record) {
    try {
      return Optional.of(new Caller.User(record.user(), Scopes.parse(record.scopes())));
    } catch (IllegalArgumentException e) {
      // Scopes that can't be read must not become no limit at all.
      LOG.atWarn().addKeyValue("user", record.user()).log("an API key's scopes can't be read");
      return Optional.empty();
    }
  }

  /**
   * Makes a key and stores it.
   *
   * @param scopes that {@link Scopes#parse} takes; empty for all that the user may
   * @param expires empty for never
   */
  public Future<Made> make(
      String user, String label, List<String> scopes, Optional<Instant> expires, String userAgent) {
    var secret = new byte[16];
    RANDOM.nextBytes(secret);
    // A UUID of version 4, as Zot's are.
    secret[6] = (byte) (secret[6] & 0x0f | 0x40);
    secret[8] = (byte) (secret[8] & 0x3f | 0x80);
    var key = PREFIX + HexFormat.of().formatHex(secret);
    var record =
        new ApiKeyRecord(
            user,
            UUID.randomUUID().toString(),
            hash(key),
            label,
            scopes,
            Instant.now(),
            expires,
            userAgent,
            passwords.knows(user) ? BY_PASSWORD : BY_CERTIFICATE);
    return bus.request(new PutApiKey(record)).map(new Made(record, key));
  }

  /** The keys of a user, also those that have expired. */
  public Future<List<ListedApiKey>> list(String user) {
    return bus.request(new ListApiKeys(user));
  }

  /** Deletes a key of the user; false if there was none. */
  public Future<Boolean> delete(String user, String uuid) {
    return bus.request(new DeleteApiKey(user, uuid));
  }

  private static String hash(String key) {
    try {
      var secret = key.substring(PREFIX.length()).getBytes(StandardCharsets.US_ASCII);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
