package io.sluice.api;

import io.sluice.access.Access;
import io.sluice.config.Cidr;
import java.util.List;
import java.util.Optional;

/**
 * What can change while the server runs. Replaced as a whole; a request keeps the one that was in
 * force when it came.
 *
 * @param access who may come in and do what
 * @param rates how much each client may ask for
 * @param forwarded whose word counts about where a request came from
 * @param cors which web pages may read our answers
 * @param pull what may come from other registries
 */
public record InForce(
    Access access, RateLimits rates, Forwarded forwarded, Cors cors, PullThrough pull) {

  /**
   * From the configuration.
   *
   * @param trustedProxies whose {@code X-Forwarded-*} are believed
   * @param allowOrigin of cross-origin requests; empty for any, without credentials
   */
  public static InForce of(
      Access access,
      RateLimits rates,
      List<Cidr> trustedProxies,
      Optional<String> allowOrigin,
      PullThrough pull) {
    return new InForce(access, rates, new Forwarded(trustedProxies), new Cors(allowOrigin), pull);
  }
}
