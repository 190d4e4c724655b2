package io.sluice.sync.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import java.util.Set;

/**
 * One thing that is asked of a host.
 *
 * @param target path and query
 * @param scope what a token must allow
 * @param what it is, for failures
 * @param absent the statuses that say that it isn't there
 */
record Ask(
    HttpMethod method,
    String target,
    String scope,
    MultiMap headers,
    String what,
    Set<Integer> absent) {

  /** 400 is how some say that they can't have a repository of that name. */
  private static final Set<Integer> ABSENT = Set.of(400, 404, 410);

  /** How hosts answer that don't know an endpoint. */
  static final Set<Integer> NO_SUCH_ENDPOINT = Set.of(400, 404, 405, 410, 501);

  /** Something of a repository, by its name at the host. */
  static Ask of(HttpMethod method, String repository, String rest, String what) {
    return new Ask(
        method,
        "/v2/" + repository + rest,
        "repository:" + repository + ":pull",
        MultiMap.caseInsensitiveMultiMap(),
        what + " of " + repository,
        ABSENT);
  }

  Ask with(CharSequence header, CharSequence value) {
    headers.set(header, value);
    return this;
  }

  Ask absentBy(Set<Integer> statuses) {
    return new Ask(method, target, scope, headers, what, statuses);
  }

  Ask at(String otherTarget) {
    return new Ask(method, otherTarget, scope, headers, what, absent);
  }
}
