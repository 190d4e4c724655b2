package io.sluice.scrub;

import io.sluice.registry.StoredKey.Link;
import io.sluice.store.ListRequest;
import io.sluice.upload.DataId;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the bytes of links are right. Of data that several links share, they are read once in a
 * pass. Confined to the pass's context.
 */
final class ContentCheck {
  /** Of more than so many, the bytes are read again for each link. */
  private static final int MOST_REMEMBERED = 10_000;

  private final Pass pass;
  private final Fingerprints good = new Fingerprints();
  private final Map<String, Fault> bad = new HashMap<>();

  ContentCheck(Pass pass) {
    this.pass = pass;
  }

  /** What is wrong with what a link serves; empty if nothing is. */
  Future<Optional<Fault>> check(Shown.Seen seen) {
    var link = seen.link();
    return link.data().isPresent()
        ? data(link.data().get(), link)
        : bytes(seen.entry().key(), seen.entry().size(), link);
  }

  /** The same, as far as it is known from other links. */
  Optional<Fault> known(Link link) {
    return link.data().flatMap(data -> Optional.ofNullable(bad.get(name(data, link))));
  }

  /** Whether there is data that several links may share, and that is not right. */
  boolean anyBad() {
    return !bad.isEmpty();
  }

  private Future<Optional<Fault>> data(DataId data, Link link) {
    var name = name(data, link);
    if (good.contains(name)) {
      return Future.succeededFuture(Optional.empty());
    }
    if (bad.containsKey(name)) {
      return Future.succeededFuture(known(link));
    }
    return pass.store()
        .list(ListRequest.below(data.key()).limit(1))
        .compose(
            page ->
                page.entries().isEmpty()
                    ? Future.succeededFuture(Optional.of(missing(data.key())))
                    : bytes(data.key(), page.entries().getFirst().size(), link))
        .onSuccess(
            fault -> {
              if (fault.isEmpty()) {
                good.add(name);
              } else if (fault.get().lasts() && bad.size() < MOST_REMEMBERED) {
                bad.put(name, fault.get());
              }
            });
  }

  private static String name(DataId data, Link link) {
    return data + "/" + link.digest() + "/" + link.size();
  }

  private Future<Optional<Fault>> bytes(String key, long stored, Link link) {
    if (stored != link.size()) {
      return Future.succeededFuture(
          Optional.of(damaged(stored + " bytes are stored, " + link.size() + " were pushed")));
    }
    // What a disk or a memory got wrong once may be right the second time.
    return hash(key, link)
        .compose(fault -> fault.isEmpty() ? Future.succeededFuture(fault) : hash(key, link));
  }

  private Future<Optional<Fault>> hash(String key, Link link) {
    return pass.reader()
        .digest(pass.store(), key, link.size(), link.digest().algorithm())
        .map(
            actual ->
                actual.equals(link.digest())
                    ? Optional.<Fault>empty()
                    : Optional.of(damaged("the digest of what is stored is " + actual)))
        .recover(cause -> pass.fault(cause, missing(key)));
  }

  private static Fault damaged(String error) {
    return new Fault(Finding.Kind.DAMAGED_BLOB, error);
  }

  private static Fault missing(String key) {
    return new Fault(Finding.Kind.MISSING_BLOB, "its bytes are not there: " + key);
  }
}
