package io.sluice.events;

import io.sluice.ulid.Ulid;
import java.time.Instant;

/**
 * What every event says of how it came about.
 *
 * @param id of the event: a ULID, so that ids sort by time
 * @param time by this process's clock
 * @param requestId as in the access log, empty when no request caused it
 * @param actor the user's name, empty for anonymous
 * @param clientAddress without the port; behind trusted proxies the one that they name
 */
public record Occasion(
    Ulid id, Instant time, String requestId, String actor, String clientAddress, String userAgent) {

  /** When no client caused it. */
  public static Occasion ofProcess(Ulid id, Instant time) {
    return ofProcess(id, time, "");
  }

  /** When a part of ourselves caused it that has a name for others to know it by. */
  public static Occasion ofProcess(Ulid id, Instant time, String actor) {
    return new Occasion(id, time, "", actor, "", "");
  }
}
