package io.sluice.access;

import io.sluice.bus.Bus;
import io.sluice.config.HttpConfig;
import io.vertx.core.Future;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;

/**
 * Who comes in, and what they may do, by one version of the configuration. Immutable but for what
 * it remembers; thread safe.
 */
public final class Access {
  private final AccessPolicy policy;
  private final String challenge;
  private final Duration failDelay;
  private final boolean byPassword;
  private final Passwords passwords;
  private final Optional<ApiKeys> apiKeys;
  private final Optional<ClientNames> clientNames;

  /** What came of somebody's showing who they are. */
  public sealed interface Entry {
    record In(Caller caller) implements Entry {}

    /**
     * Whoever shows credentials that are wrong is not taken for anonymous.
     *
     * @param claimed the user that they are not, if there is such a user: other texts may be
     *     anything, also somebody's password in the wrong place
     */
    record Out(String reason, Optional<String> claimed) implements Entry {}

    record Later(Duration retryAfter, String reason) implements Entry {}
  }

  /**
   * By this configuration.
   *
   * @param passwords with the users of {@code http.auth.htpasswd}, if there is one
   * @param bus to where API keys are stored
   */
  public Access(HttpConfig http, Passwords passwords, Bus bus) {
    var auth = http.auth();
    this.policy = AccessPolicy.of(http);
    this.challenge = challenge(http.realm());
    this.failDelay = auth.failDelay();
    this.byPassword = auth.htpasswd().isPresent();
    this.passwords = passwords;
    this.apiKeys =
        auth.apiKey()
            ? Optional.of(new ApiKeys(bus, passwords, auth.mtls().isPresent()))
            : Optional.empty();
    this.clientNames = auth.mtls().map(ClientNames::new);
  }

  /** What may be done. */
  public AccessPolicy policy() {
    return policy;
  }

  /** The challenge of Basic authentication, for a {@code WWW-Authenticate} (RFC 7617, 2). */
  public String challenge() {
    return challenge;
  }

  private static String challenge(String realm) {
    var quoted = new StringBuilder();
    for (int i = 0; i < realm.length(); i++) {
      char c = realm.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\');
      }
      if (c >= ' ' && c < 0x7f) {
        quoted.append(c);
      }
    }
    return "Basic realm=\"" + quoted + "\", charset=\"UTF-8\"";
  }

  /** How long the answer to a wrong password, or to what is denied, waits. */
  public Duration failDelay() {
    return failDelay;
  }

  /** If users may have some. */
  public Optional<ApiKeys> apiKeys() {
    return apiKeys;
  }

  /** Whether a name and a password (or an API key in its place) can prove anything. */
  public boolean takesPasswords() {
    return byPassword || apiKeys.isPresent();
  }

  /** Whether a client's certificate is of interest. */
  public boolean takesCertificates() {
    return clientNames.isPresent();
  }

  /**
   * Finds out who asks; credentials count before a certificate.
   *
   * @param certificate what the client proved in the TLS handshake to have the key of
   * @param address what failures are counted by
   * @return at once when the password is one that was right of late; on the caller's context
   */
  public Future<Entry> enter(
      Credentials credentials, Optional<X509Certificate> certificate, String address) {
    if (!policy.canIdentify()) {
      return in(new Caller.Anonymous());
    }
    return switch (credentials) {
      case Credentials.Unusable(var reason) ->
          Future.succeededFuture(new Entry.Out(reason, Optional.empty()));
      case Credentials.Basic(var user, var password) -> byPassword(user, password, address);
      case Credentials.None _ ->
          certificate.isPresent() && clientNames.isPresent()
              ? byCertificate(clientNames.get(), certificate.get())
              : in(new Caller.Anonymous());
    };
  }

  private Future<Entry> byPassword(String user, String password, String address) {
    if (apiKeys.isEmpty() || !ApiKeys.isOne(password)) {
      return hashed(user, password, address);
    }
    // Whoever has guessed too often must not make the store be asked any more.
    var later = passwords.later(address);
    if (later.isPresent()) {
      return Future.succeededFuture(
          new Entry.Later(later.get().retryAfter(), later.get().reason()));
    }
    // A key costs no hashing, so it is looked for first; what is no key may be a password.
    return apiKeys
        .get()
        .caller(user, password)
        .compose(caller -> caller.isPresent() ? in(caller.get()) : hashed(user, password, address));
  }

  private Future<Entry> hashed(String user, String password, String address) {
    return passwords
        .check(user, password, address)
        .map(
            verdict ->
                switch (verdict) {
                  case Verdict.Right _ -> new Entry.In(Caller.User.of(user));
                  case Verdict.Wrong _ ->
                      new Entry.Out(
                          "the user name or the password is wrong",
                          Optional.of(user).filter(passwords::knows));
                  case Verdict.Later(var retryAfter, var reason) ->
                      new Entry.Later(retryAfter, reason);
                });
  }

  private static Future<Entry> byCertificate(ClientNames names, X509Certificate certificate) {
    return names
        .of(certificate)
        .map(name -> in(Caller.User.of(name)))
        .orElseGet(
            () ->
                Future.succeededFuture(
                    new Entry.Out(
                        "the client's certificate does not have a name where one is looked for",
                        Optional.empty())));
  }

  private static Future<Entry> in(Caller caller) {
    return Future.succeededFuture(new Entry.In(caller));
  }
}
