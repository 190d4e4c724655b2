package io.sluice.sync;

import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.sluice.oci.Reference;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.StoredManifest;
import io.sluice.sync.Intake.Taken;
import io.sluice.sync.Intake.Wanted;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.upstream.UpstreamFailure;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Brings one image here: first all that it is made of, then what refers to it, and its name in the
 * end. So the name never stands for something that isn't here. Confined to the sync verticle's
 * context.
 */
final class ImageCopy {
  private static final int BLOBS_AT_ONCE = 4;

  /** So many referrers of one manifest are taken. */
  private static final int MOST_REFERRERS = 50;

  private final Intake intake;
  private final Downloads downloads;
  private final RepositoryName repository;
  private final Source source;
  private final List<String> platforms;
  private final BooleanSupplier going;
  private final Set<Digest> digests = new LinkedHashSet<>();
  private boolean givenUp;
  private boolean isNew;

  /** A manifest, and whether it was here before. */
  private record Piece(Taken taken, boolean isHere) {}

  /**
   * For one image.
   *
   * @param platforms of an index: those of its children that are for one of these; none for all
   * @param going whether it is still worth it
   */
  ImageCopy(
      Intake intake,
      Downloads downloads,
      RepositoryName repository,
      Source source,
      List<String> platforms,
      BooleanSupplier going) {
    this.intake = intake;
    this.downloads = downloads;
    this.repository = repository;
    this.source = source;
    this.platforms = platforms;
    this.going = going;
  }

  /**
   * Begins.
   *
   * @param here what the tag names here
   * @param there what the upstream says that it names there
   * @return the digests of the image and of its children that were taken
   */
  Future<Set<Digest>> run(Tag tag, Optional<Digest> here, Optional<Digest> there) {
    return (there.isEmpty() ? take(tag) : hereOr(there.get(), tag))
        .compose(
            top ->
                whole(top)
                    .compose(_ -> Signatures.isCompanion(tag) ? none() : referrers())
                    .compose(failed -> name(top, tag, here).compose(_ -> orElse(failed))))
        .map(_ -> digests);
  }

  /** Nothing more is begun. */
  void giveUp() {
    givenUp = true;
  }

  /** Whether the tag was moved, or made. */
  boolean isNew() {
    return isNew;
  }

  private static Future<Optional<Throwable>> none() {
    return Future.succeededFuture(Optional.empty());
  }

  private static Future<Void> orElse(Optional<Throwable> failure) {
    return failure.map(Future::<Void>failedFuture).orElseGet(Future::succeededFuture);
  }

  private boolean isOver() {
    return givenUp || !going.getAsBoolean();
  }

  private Future<Piece> hereOr(Digest digest, Reference reference) {
    return intake
        .here(repository, digest)
        .compose(found -> found.isPresent() ? found(digest, found.get()) : take(reference));
  }

  private Future<Piece> found(Digest digest, StoredManifest stored) {
    var wanted = new Wanted(repository, digest, source);
    return stored
        .read()
        .map(manifest -> new Piece(new Taken(wanted, stored, manifest), /* isHere= */ true));
  }

  private Future<Piece> take(Reference reference) {
    if (isOver()) {
      return over();
    }
    var wanted = new Wanted(repository, reference, source);
    return source
        .remote()
        .inBackground(_ -> intake.take(wanted))
        .onFailure(
            cause -> {
              if (cause instanceof UpstreamFailure failure) {
                intake.failed(wanted, failure);
              }
            })
        .map(taken -> new Piece(taken, /* isHere= */ false));
  }

  /** All of it is here then, but for the manifest itself. */
  private Future<Void> whole(Piece piece) {
    var taken = piece.taken;
    digests.add(taken.digest());
    if (taken.manifest().kind() == Manifest.Kind.IMAGE) {
      return Lanes.each(taken.manifest().blobs(), BLOBS_AT_ONCE, this::blob);
    }
    intake.vouchFor(repository, taken.manifest());
    return Lanes.each(
        Platforms.of(taken.stored().bytes()).pick(platforms), 1, child -> manifest(child));
  }

  /** A manifest with all that it is made of, and last itself. */
  private Future<Void> manifest(Digest digest) {
    return hereOr(digest, digest)
        .compose(
            piece ->
                whole(piece)
                    .compose(
                        _ ->
                            piece.isHere
                                ? Future.succeededFuture()
                                : intake.keep(piece.taken, Optional.empty())));
  }

  private Future<Void> blob(Descriptor blob) {
    return isOver()
        ? over()
        : downloads
            .of(
                new Downloads.Key(repository, blob.digest()),
                List.of(source),
                /* inBackground= */ true)
            .stored();
  }

  /**
   * Fetches what refers to the image and its children. That one of them can't be had is no reason
   * to do without the image: it is told in the end.
   */
  private Future<Optional<Throwable>> referrers() {
    return Lanes.each(List.copyOf(digests), 1, this::referrersOf)
        .map(Optional.<Throwable>empty())
        .otherwise(Optional::of);
  }

  private Future<Void> referrersOf(Digest subject) {
    return isOver()
        ? over()
        : source
            .remote()
            .inBackground(upstream -> upstream.referrers(source.repository(), subject))
            .compose(
                all ->
                    Lanes.each(
                        all.stream().limit(MOST_REFERRERS).map(Descriptor::digest).toList(),
                        1,
                        this::manifest));
  }

  private Future<Void> name(Piece top, Tag tag, Optional<Digest> here) {
    if (top.isHere && here.filter(top.taken.digest()::equals).isPresent()) {
      return Future.succeededFuture();
    }
    if (isOver()) {
      return over();
    }
    return intake.keep(top.taken, Optional.of(tag)).onSuccess(_ -> isNew = true);
  }

  private static <T> Future<T> over() {
    return Future.failedFuture(new GivenUp("it is no longer wanted"));
  }
}
