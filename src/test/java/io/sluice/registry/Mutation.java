package io.sluice.registry;

import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.ObjectStore;
import io.sluice.store.memory.ForwardingStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A rule that is broken, by what a process is made to believe: a simulation that doesn't notice
 * proves nothing.
 */
enum Mutation {
  NONE,

  /** Writers take everything for young: nothing is renewed, and nothing comes too late. */
  NO_FRESHNESS,

  /** The collector looks first which links went lately, and only then which are there. */
  ORDER_TURNED_ROUND,

  /** What one scan sees no link to, goes. */
  ONE_SCAN,

  /** The collector forgets what nobody would miss. */
  UNTIDY;

  private static final String RELEASED = "gc/released/";

  boolean isOfCollectors() {
    return this == ORDER_TURNED_ROUND || this == ONE_SCAN;
  }

  Duration graceOfWriters(Duration grace) {
    return this == NO_FRESHNESS ? grace.multipliedBy(1000) : grace;
  }

  ObjectStore storeOfCollector(ObjectStore store) {
    return switch (this) {
      case NONE, NO_FRESHNESS -> store;
      case ORDER_TURNED_ROUND -> new ReleasesFirst(store);
      case ONE_SCAN -> new OneScan(store);
      case UNTIDY -> new Untidy(store);
    };
  }

  private static final class ReleasesFirst extends ForwardingStore {
    private Optional<Future<Listing>> early = Optional.empty();

    ReleasesFirst(ObjectStore store) {
      super(store);
    }

    @Override
    public Future<Listing> list(ListRequest request) {
      if (early.isEmpty()) {
        early = Optional.of(super.list(ListRequest.below(RELEASED)));
        return early.get().compose(_ -> list(request));
      }
      return request.prefix().equals(RELEASED) ? early.get() : super.list(request);
    }
  }

  /** All data is said to have lost a link long ago, and none of late. */
  private static final class OneScan extends ForwardingStore {
    private static final String INVENTED = RELEASED + "00000000000000000000000000";
    private final Map<String, Buffer> invented = new HashMap<>();

    OneScan(ObjectStore store) {
      super(store);
    }

    @Override
    public Future<Listing> list(ListRequest request) {
      if (!request.prefix().equals(RELEASED)) {
        return super.list(request);
      }
      return super.list(ListRequest.below("data/"))
          .map(
              data -> {
                var text = new StringBuilder();
                data.entries().forEach(it -> text.append(it.name()).append('\n'));
                invented.put(INVENTED, Buffer.buffer(text.toString()));
                var entry = new Listing.Entry(INVENTED, text.length(), Duration.ofDays(1));
                return new Listing(List.of(entry), List.of(), Optional.empty());
              });
    }

    @Override
    public Future<Buffer> read(String key) {
      var bytes = invented.get(key);
      return bytes == null ? super.read(key) : Future.succeededFuture(bytes);
    }
  }

  private static final class Untidy extends ForwardingStore {
    Untidy(ObjectStore store) {
      super(store);
    }

    @Override
    public Future<Void> delete(Collection<String> keys) {
      return super.delete(keys.stream().filter(key -> !key.contains("/_deletions/")).toList());
    }
  }
}
