package io.sluice.gc;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.registry.Layout;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.Steps;
import io.sluice.ulid.Ulid;
import io.sluice.ulid.Ulids;
import io.sluice.upload.DataId;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * What collections tell each other: which data they have taken a link away from, and which they
 * found without one. Lists of ids, each written once.
 *
 * <p>Whoever deletes a link says so before. A scan that did not see a link, because it was deleted
 * before its turn while another was made from it behind the scan's back, finds that here and leaves
 * the data alone. The proof is in {@code docs/architecture.md}.
 */
final class Releases {
  private static final String RELEASED = Layout.COLLECTIONS + "released/";
  private static final String SIGHTED = Layout.COLLECTIONS + "sighted/";

  /** How often it is said again. */
  private static final int ATTEMPTS = 5;

  private final PacedStore store;
  private final Scanner scanner;
  private final Ulids ulids;
  private final RunClock clock;
  private final Duration keep;

  /**
   * @param keep for how long a list must be found by every run that is still under way
   */
  Releases(PacedStore store, Scanner scanner, Ulids ulids, RunClock clock, Duration keep) {
    this.store = store;
    this.scanner = scanner;
    this.ulids = ulids;
    this.clock = clock;
    this.keep = keep;
  }

  /**
   * Deletes links, having said so: within a quarter of the grace, in which a call takes effect or
   * never, and a quarter before it. If it took longer, it is said again; fails when it never is
   * quick enough.
   */
  Future<Void> deleteLinks(Collection<DataId> data, List<String> links) {
    return data.isEmpty() ? store.delete(links) : deleteLinks(data, links, ATTEMPTS);
  }

  private Future<Void> deleteLinks(Collection<DataId> data, List<String> links, int attempts) {
    if (attempts == 0) {
      return Future.failedFuture(
          new RegistryException(
              new RegistryError.StoreUnavailable("it took longer than a quarter of gcDelay")));
    }
    long before = clock.now();
    return write(RELEASED, data)
        .compose(_ -> store.turn())
        .compose(
            _ ->
                clock.isQuarterPast(before)
                    ? deleteLinks(data, links, attempts - 1)
                    : store.now().delete(links));
  }

  /** Notes data that had no link, for a later run to find. */
  Future<Void> sighted(Collection<DataId> data) {
    return write(SIGHTED, data);
  }

  private Future<Void> write(String folder, Collection<DataId> data) {
    var text = new StringBuilder();
    data.forEach(id -> text.append(id).append('\n'));
    return store.put(
        folder + ulids.next(), ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Reads all lists into the ledger; to be called when every link has been looked at.
   *
   * @return the keys of those that nobody will need any more when this run has ended
   */
  Future<List<String>> readInto(Ledger ledger) {
    var outdated = new ArrayList<String>();
    var twice = clock.grace().multipliedBy(2);
    return each(
            RELEASED,
            list -> {
              boolean longAgo = clock.wasOlderThan(list, twice);
              if (clock.wasOlderThan(list, twice.plus(keep))) {
                outdated.add(list.key());
              }
              return note(ledger, list, longAgo ? Run.RELEASED : Run.RELEASED_LATELY);
            })
        .compose(
            _ ->
                each(
                    SIGHTED,
                    list -> {
                      if (!clock.wasOld(list)) {
                        return Future.succeededFuture();
                      }
                      outdated.add(list.key());
                      return note(ledger, list, Run.SIGHTED);
                    }))
        .map(outdated);
  }

  private Future<Void> each(String folder, Function<Found, Future<?>> visitor) {
    return scanner.pages(folder, page -> Steps.each(page, visitor));
  }

  private Future<Void> note(Ledger ledger, Found list, int fact) {
    return store
        .read(list.key())
        .recover(
            // Another collector has cleared it away, which it may only when it counts for nobody.
            cause ->
                cause instanceof ObjectNotFound
                    ? Future.succeededFuture(Buffer.buffer())
                    : Future.failedFuture(cause))
        .compose(
            bytes ->
                Steps.each(
                    bytes.toString().lines().filter(Ulid::isUlid).toList(),
                    id -> ledger.note(new DataId(new Ulid(id)), fact)));
  }
}
