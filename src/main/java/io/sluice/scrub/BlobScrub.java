package io.sluice.scrub;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.store.Listings;
import io.sluice.store.Steps;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The blobs of one repository. Confined to the pass's context. */
final class BlobScrub {
  private final Pass pass;
  private final RepositoryName repository;
  private final ContentCheck check;
  private final Drafts drafts;

  /** Those that a client gets whole. */
  private final Fingerprints whole = new Fingerprints();

  BlobScrub(Pass pass, RepositoryName repository, ContentCheck check, Drafts drafts) {
    this.pass = pass;
    this.repository = repository;
    this.check = check;
    this.drafts = drafts;
  }

  /** Reads all of them. */
  Future<Void> run() {
    return forEach(
        links -> {
          pass.tally().blobs++;
          return check(links, check::check);
        });
  }

  /** Looks for links to what is known to be bad; reads lists only. */
  Future<Void> sweep() {
    return forEach(links -> check(links, seen -> Future.succeededFuture(check.known(seen.link()))));
  }

  private Future<Void> forEach(Function<List<Shown.Seen>, Future<Void>> visitor) {
    return Walk.byFolder(
        pass.store(),
        Layout.blobs(repository),
        folder -> {
          var links = Shown.links(folder);
          return links.isEmpty() ? Future.succeededFuture() : visitor.apply(links);
        });
  }

  boolean has(Digest digest) {
    return whole.contains(digest.toString());
  }

  private record Bad(Shown.Seen seen, Fault fault) {}

  private Future<Void> check(
      List<Shown.Seen> links, Function<Shown.Seen, Future<Optional<Fault>>> judge) {
    var digest = links.getFirst().link().digest();
    var bad = new ArrayList<Bad>();
    return Steps.each(
            links,
            seen ->
                judge
                    .apply(seen)
                    .map(
                        fault -> {
                          fault.ifPresentOrElse(
                              it -> bad.add(new Bad(seen, it)), () -> whole.add(digest.toString()));
                          return null;
                        }))
        .compose(_ -> bad.isEmpty() ? Future.succeededFuture() : lookAgain(digest, bad));
  }

  /**
   * What went meanwhile, because somebody deleted it or a newer link took its place, is no loss.
   */
  private Future<Void> lookAgain(Digest digest, List<Bad> bad) {
    return Listings.all(pass.store(), Layout.links(repository, digest))
        .compose(
            entries -> {
              var shown =
                  Shown.links(entries).stream()
                      .map(seen -> seen.entry().key())
                      .collect(Collectors.toSet());
              var still = bad.stream().filter(it -> shown.contains(it.seen.entry().key())).toList();
              return still.isEmpty() ? Future.succeededFuture() : found(digest, still);
            });
  }

  private Future<Void> found(Digest digest, List<Bad> bad) {
    var hidden = new ArrayList<String>();
    return Steps.each(
            bad.stream().filter(it -> it.fault.lasts()).toList(),
            it ->
                pass.hide(it.seen.entry().key())
                    .map(
                        did -> {
                          if (did) {
                            hidden.add(it.seen.entry().key());
                          }
                          return null;
                        }))
        // The newest is the one that clients got.
        .compose(_ -> drafts.add(digest, bad.getLast().fault, !hidden.isEmpty()));
  }
}
