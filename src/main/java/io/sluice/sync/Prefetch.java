package io.sluice.sync;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.StoredManifest;
import io.sluice.sync.Remote.Source;
import io.vertx.core.Future;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what an image that somebody has asked for is made of, so that it is whole here when the
 * upstream isn't there. Confined to the sync verticle's context.
 *
 * <p>Of an index, only what clients ask for next, or the platforms that are configured. Downloads
 * in the background let those go first that a client waits for.
 */
final class Prefetch {
  private static final Logger LOG = LoggerFactory.getLogger(Prefetch.class);

  /** So many images are remembered as whole. */
  private static final int MOST_KNOWN = 20_000;

  /** So many may be under way; more are left to those who ask for their blobs. */
  private static final int MOST_UNDER_WAY = 1000;

  /** So many blobs of one image at once. */
  private static final int LANES = 4;

  private final Remotes remotes;
  private final Downloads downloads;
  private final ManifestPulls manifests;
  private final Cache<Downloads.Key, Boolean> known =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(MOST_KNOWN).build();
  private int underWay;

  Prefetch(Remotes remotes, Downloads downloads, ManifestPulls manifests) {
    this.remotes = remotes;
    this.downloads = downloads;
    this.manifests = manifests;
  }

  /** Begins to fetch what is missing of this image, if that is wanted. */
  void begin(RepositoryName repository, StoredManifest image, List<Source> sources) {
    var key = new Downloads.Key(repository, image.digest());
    if (!remotes.plan().own().prefetch()
        || sources.isEmpty()
        || underWay >= MOST_UNDER_WAY
        || known.getIfPresent(key) != null) {
      return;
    }
    known.put(key, true);
    underWay++;
    all(repository, image, sources, remotes.plan().own().platforms())
        .onComplete(
            result -> {
              underWay--;
              if (result.failed()) {
                // The next one who asks for it has it tried again.
                known.invalidate(key);
                LOG.atDebug()
                    .addKeyValue("repository", repository)
                    .addKeyValue("digest", image.digest())
                    .addKeyValue("error", result.cause().getMessage())
                    .log("an image could not be made whole");
              }
            });
  }

  /**
   * Fetches what is missing of an image.
   *
   * @param platforms of an index: those of its children that are for one of these
   */
  Future<Void> all(
      RepositoryName repository,
      StoredManifest image,
      List<Source> sources,
      List<String> platforms) {
    return image
        .read()
        .compose(
            manifest ->
                manifest.kind() == Manifest.Kind.IMAGE
                    ? blobs(repository, manifest, sources)
                    : platforms.isEmpty()
                        ? Future.succeededFuture()
                        : children(
                            repository,
                            Platforms.of(image.bytes()).pick(platforms).iterator(),
                            sources,
                            platforms));
  }

  /** One child after the other: an image is enough at a time. */
  Future<Void> children(
      RepositoryName repository,
      Iterator<Digest> children,
      List<Source> sources,
      List<String> platforms) {
    return children.hasNext()
        ? manifests
            .byDigest(repository, children.next(), sources)
            .compose(child -> all(repository, child.what(), sources, platforms))
            .compose(_ -> children(repository, children, sources, platforms))
        : Future.succeededFuture();
  }

  private Future<Void> blobs(RepositoryName repository, Manifest manifest, List<Source> sources) {
    var left = manifest.blobs().iterator();
    var lanes = new java.util.ArrayList<Future<?>>();
    for (int i = 0; i < LANES; i++) {
      lanes.add(lane(repository, left, sources));
    }
    return Future.join(lanes).mapEmpty();
  }

  private Future<Void> lane(
      RepositoryName repository, Iterator<Descriptor> left, List<Source> sources) {
    return left.hasNext()
        ? downloads
            .of(new Downloads.Key(repository, left.next().digest()), sources, true)
            .stored()
            .compose(_ -> lane(repository, left, sources))
        : Future.succeededFuture();
  }
}
