package io.sluice.gc;

import io.sluice.registry.Layout;
import io.sluice.registry.StoredKey;
import io.sluice.store.ListRequest;
import io.vertx.core.Future;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes hints of where content could be shared from, when nothing links to that content any more.
 * A hint is never believed, so this may err: it remembers which data is linked in a filter of one
 * hash (Bloom, 1970) of fixed size, which finds a few too many.
 */
final class SharingSweep {
  /**
   * 1 MiB. With a hundred thousand blobs, one hint in a hundred that could go stays; as the hash is
   * another one each time, the next run finds it.
   */
  private static final int BITS = 1 << 23;

  private final Run run;
  private @Nullable BitSet linked;

  SharingSweep(Run run) {
    this.run = run;
  }

  /** To be called before the repositories are looked at: without hints, nothing is remembered. */
  Future<Void> begin() {
    return run.store()
        .list(ListRequest.below(Layout.SHARING).limit(1))
        .onSuccess(page -> linked = page.entries().isEmpty() ? null : new BitSet(BITS))
        .mapEmpty();
  }

  void isLinked(String data) {
    if (linked != null) {
      linked.set(bitOf(data));
    }
  }

  private int bitOf(String data) {
    return (int) run.fingerprints().of(data) & BITS - 1;
  }

  /** To be called when all have been looked at. */
  Future<Void> sweep() {
    return linked == null
        ? Future.succeededFuture()
        : run.scanner().pages(Layout.SHARING, this::remove);
  }

  private Future<Void> remove(List<Found> page) {
    var bits = linked;
    var keys =
        page.stream()
            .filter(
                it ->
                    bits != null
                        && it.is() instanceof StoredKey.SharingHint hint
                        && run.clock().wasOld(it)
                        && !bits.get(bitOf(hint.data().toString())))
            .map(Found::key)
            .toList();
    return keys.isEmpty() ? Future.succeededFuture() : run.store().delete(keys);
  }
}
