package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.registry.StoredKey;
import io.sluice.registry.StoredManifest;
import io.sluice.store.ObjectNotFound;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run saw of one repository: its tags, their former values, and its manifests with what they
 * refer to.
 */
final class RepositoryFacts {
  private static final Logger LOG = LoggerFactory.getLogger(RepositoryFacts.class);

  private static final int LARGE = 2000;

  final RepositoryName name;

  final List<SeenTag> tags = new ArrayList<>();

  /** Manifests that a value names which doesn't count any more. */
  final LongSet formerlyNamed = new LongSet();

  final Map<Long, Node> manifests = new HashMap<>();

  /** Values that another one has come after. */
  final List<Found> superseded = new ArrayList<>();

  /**
   * Whether a manifest could not be read: what it refers to is unknown, so nothing here may go that
   * it might refer to.
   */
  boolean blind;

  /** Whether any manifest is there more than once, or marked. */
  boolean rewritten;

  private final Run run;
  private final boolean rememberDigests;

  private RepositoryFacts(Run run, RepositoryName name, boolean rememberDigests) {
    this.run = run;
    this.name = name;
    this.rememberDigests = rememberDigests;
  }

  /**
   * Reads it. The history comes behind the tags: a value that leaves these meanwhile is found
   * there.
   *
   * @param rememberDigests whether those of manifests are needed
   */
  static Future<RepositoryFacts> read(Run run, RepositoryName name, boolean rememberDigests) {
    var facts = new RepositoryFacts(run, name, rememberDigests);
    return run.scanner()
        .folders(Layout.tags(name), facts::tag)
        .compose(_ -> run.scanner().pages(Layout.histories(name), facts::history))
        .compose(_ -> run.scanner().folders(Layout.manifests(name), facts::manifest))
        .map(facts);
  }

  private Future<?> tag(List<Found> folder) {
    var all = folder.stream().filter(it -> it.is() instanceof StoredKey.TagValue).toList();
    if (all.isEmpty()) {
      return Future.succeededFuture();
    }
    var last = all.getLast();
    if (last.is() instanceof StoredKey.TagValue value) {
      tags.add(SeenTag.of(value, last));
    }
    for (var other : all.subList(0, all.size() - 1)) {
      if (other.is() instanceof StoredKey.TagValue value) {
        formerlyNamed.add(run.fingerprints().of(value.digest()));
        // One that came just now may be taken back, and then the one before it counts again.
        if (run.clock().wasOld(other) && run.clock().wasOld(last)) {
          superseded.add(other);
        }
      }
    }
    return Future.succeededFuture();
  }

  private Future<?> history(List<Found> page) {
    for (var found : page) {
      if (found.is() instanceof StoredKey.FormerValue value
          && !run.clock().wasOlderThan(found, run.undo())) {
        formerlyNamed.add(run.fingerprints().of(value.digest()));
      }
    }
    return Future.succeededFuture();
  }

  private Future<?> manifest(List<Found> folder) {
    rewritten |= folder.size() > 1 || folder.getFirst().is() instanceof StoredKey.Quarantined;
    return Revisions.in(folder).map(this::manifest).orElseGet(Future::succeededFuture);
  }

  private Future<Void> manifest(Revisions revisions) {
    long print = run.fingerprints().of(revisions.digest());
    var node = manifests.computeIfAbsent(print, _ -> new Node());
    var newest = revisions.all().getLast();
    node.young |= !run.clock().wasOlderThan(newest, run.untagged());
    if (rememberDigests && newest.is() instanceof StoredKey.Revision revision) {
      node.digest = revision.digest();
      node.pushed = revision.ulid().time();
    }
    // What a damaged one refers to, nobody can ask for: whoever pushes it again brings that along.
    return revisions
        .newestGood()
        .map(good -> read(revisions.digest(), good.key(), node))
        .orElseGet(Future::succeededFuture);
  }

  private Future<Void> read(Digest digest, String key, Node node) {
    return run.store()
        .read(key)
        .compose(bytes -> understand(digest, bytes, node))
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    ? readAnother(digest, node)
                    : Future.failedFuture(cause));
  }

  /** It went since it was listed: because there is a newer one, or with all of the manifest. */
  private Future<Void> readAnother(Digest digest, Node node) {
    return run.scanner()
        .folders(
            Layout.revisions(name, digest),
            folder ->
                Revisions.in(folder)
                    .flatMap(Revisions::newestGood)
                    .map(
                        good -> {
                          // What was written since this run began is left alone, with all that it
                          // refers to.
                          node.young = true;
                          return read(digest, good.key(), node);
                        })
                    .orElseGet(Future::succeededFuture));
  }

  private Future<Void> understand(Digest digest, Buffer object, Node node) {
    return Future.succeededFuture()
        .compose(
            _ -> {
              var stored = StoredManifest.decode(digest, object);
              if (!Digest.of(digest.algorithm(), stored.bytes().getBytes()).equals(digest)) {
                throw new IllegalStateException("its bytes have another digest");
              }
              return stored.read();
            })
        .map(
            manifest -> {
              node.refersTo(manifest, run.fingerprints());
              return (Void) null;
            })
        .recover(
            cause -> {
              if (cause instanceof IllegalStateException || cause instanceof RegistryException) {
                blind = true;
                node.damaged = true;
                node.young = true;
                LOG.atWarn()
                    .addKeyValue("repository", name)
                    .addKeyValue("digest", digest)
                    .addKeyValue("problem", cause.getMessage())
                    .log("a stored manifest is damaged: what it refers to can't be collected");
                return Future.succeededFuture();
              }
              return Future.failedFuture(cause);
            });
  }

  /** Whether to decide about it takes longer than an event loop may stand still. */
  boolean isLarge() {
    return tags.size() > LARGE || manifests.size() > LARGE;
  }
}
