package io.sluice.sync.login;

import io.vertx.core.Future;
import java.util.Optional;

/**
 * Where the credentials for one upstream come from. Asked on the sync verticle's context for every
 * token and every challenge, so implementations remember what they got for as long as it is valid.
 */
public interface LoginSource {

  /**
   * The login to be used now; empty for anonymous. Fails with a message for people that holds no
   * secret when there should be one and can't be had.
   */
  Future<Optional<Login>> login();

  /** The upstream did not take the last one: it is to be fetched anew, if that can change it. */
  default void refused() {}

  /** One that never changes. */
  static LoginSource of(Optional<Login> login) {
    var always = Future.succeededFuture(login);
    return () -> always;
  }
}
