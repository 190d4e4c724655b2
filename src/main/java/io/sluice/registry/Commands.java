package io.sluice.registry;

import io.sluice.bus.Command;
import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.store.Content;
import io.sluice.upload.UploadHandle;
import io.sluice.upload.UploadId;
import io.sluice.upload.UploadWriter;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What can be asked of the {@link StorageVerticle}. Futures fail with a {@link
 * io.sluice.oci.RegistryException} for what a client did wrong.
 */
public final class Commands {
  private Commands() {}

  /**
   * Whether a repository has a blob, and its size.
   *
   * @param relied the client may push here, and will rely on the blob being there: an old link is
   *     renewed afterwards
   */
  public record StatBlob(RepositoryName repository, Digest digest, boolean relied)
      implements Command<Long> {
    static final String ADDRESS = "sluice.storage.blob.stat";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * Opens a blob for sending; whoever gets the content has to use or close it. Whole blobs may be
   * elsewhere.
   */
  public record OpenBlob(RepositoryName repository, Digest digest, ByteRange range)
      implements Command<OpenedBlob> {
    static final String ADDRESS = "sluice.storage.blob.open";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** A blob to be sent, or where it can be had from. */
  public sealed interface OpenedBlob {

    /** Of the whole blob, in bytes. */
    long size();

    /**
     * An opened blob.
     *
     * @param offset of the first byte of {@code content} in it
     */
    record Here(long size, long offset, Content content) implements OpenedBlob {}

    /**
     * A blob that the client is to fetch from the store itself ({@code storage.redirectBlobURL}).
     *
     * @param url grants everybody who has it the blob, for a while: for this client's eyes only
     */
    record Elsewhere(long size, URI url) implements OpenedBlob {}
  }

  /**
   * Makes a blob of another repository one of this, without copying.
   *
   * @param from where it is; empty when the client doesn't know: found only where {@code dedupe}
   *     keeps account of it
   * @param readable which repositories the client may read; blobs of others are as good as not
   *     there. Asked on the storage verticle's context, so it must be quick and touch nothing
   */
  public record MountBlob(
      RepositoryName repository,
      Digest digest,
      Optional<RepositoryName> from,
      Predicate<RepositoryName> readable)
      implements Command<Boolean> {
    static final String ADDRESS = "sluice.storage.blob.mount";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** Takes a blob away from a repository. */
  public record DeleteBlob(RepositoryName repository, Digest digest) implements Command<Void> {
    static final String ADDRESS = "sluice.storage.blob.delete";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * Begins an upload; the digest will be of this algorithm as far as is known.
   *
   * @param owner the name of the user whose upload it is, {@code ""} for anonymous clients
   */
  public record BeginUpload(RepositoryName repository, String owner, Digest.Algorithm algorithm)
      implements Command<UploadId> {
    static final String ADDRESS = "sluice.storage.upload.begin";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * Leases an upload to a request, which writes into it on its own context and then releases it.
   */
  public record LeaseUpload(UploadHandle upload) implements Command<UploadWriter> {
    static final String ADDRESS = "sluice.storage.upload.resume";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** How many bytes an upload has. */
  public record UploadOffset(UploadHandle upload) implements Command<Long> {
    static final String ADDRESS = "sluice.storage.upload.status";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** Makes a blob of an upload; answers its size. */
  public record FinishUpload(UploadHandle upload, Digest digest) implements Command<Long> {
    static final String ADDRESS = "sluice.storage.upload.finish";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** Drops an upload. */
  public record CancelUpload(UploadHandle upload) implements Command<Void> {
    static final String ADDRESS = "sluice.storage.upload.cancel";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * Drops uploads that nobody will take up again ({@code sluice.uploads.expireAfter}); answers how
   * many. It is done once in an hour in any case.
   *
   * @param route of the store, empty for the main one
   */
  public record ExpireUploads(String route) implements Command<Integer> {
    static final String ADDRESS = "sluice.storage.upload.expire";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** The manifest that a reference names now. */
  public record GetManifest(RepositoryName repository, Reference reference)
      implements Command<StoredManifest> {
    static final String ADDRESS = "sluice.storage.manifest.get";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * Stores a manifest, and moves tags to it.
   *
   * @param contentType of the request, empty if there was none
   * @param tags further tags that shall name it
   * @param actor who pushes, for the record
   * @param rights what they may do; what they may not fails with {@link
   *     io.sluice.oci.RegistryError.Denied}
   */
  public record PutManifest(
      RepositoryName repository,
      Reference reference,
      String contentType,
      Buffer bytes,
      List<Tag> tags,
      String actor,
      TagRights rights)
      implements Command<PutResult> {
    static final String ADDRESS = "sluice.storage.manifest.put";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * Keeps a manifest that was fetched from an upstream, whether or not what it refers to is here,
   * and lets a tag name it, unless a user has pushed that tag.
   *
   * @param manifest its digest was checked, its media type is one that is taken
   */
  public record KeepManifest(
      RepositoryName repository, Optional<Tag> tag, StoredManifest manifest, TagOrigin origin)
      implements Command<Void> {
    static final String ADDRESS = "sluice.storage.manifest.keep";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * What a tag names.
   *
   * @param withOrigin to be told where it came from as well, which is one more read
   */
  public record FindTag(RepositoryName repository, Tag tag, boolean withOrigin)
      implements Command<Optional<NamedBy>> {
    static final String ADDRESS = "sluice.storage.tag.find";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * What a tag names.
   *
   * @param isFromUpstream false when a user pushed it
   * @param origin where it was fetched, if that was asked for; empty when a user pushed it, or when
   *     it is being replaced
   */
  public record NamedBy(Digest digest, boolean isFromUpstream, Optional<TagOrigin> origin) {}

  /** What was stored; {@code subject} is what the manifest is a referrer of. */
  public record PutResult(Digest digest, String mediaType, Optional<Digest> subject) {}

  /**
   * Deletes a tag, or a manifest with all its tags.
   *
   * @param refuseCollision fails with {@link io.sluice.oci.RegistryError.ManifestCollision}, and
   *     deletes nothing, when more than one tag would go
   */
  public record DeleteManifest(
      RepositoryName repository, Reference reference, boolean refuseCollision)
      implements Command<Digest> {
    static final String ADDRESS = "sluice.storage.manifest.delete";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * Lets a tag name a manifest again that it named before: what it names is pushed anew, as by a
   * client, so that all of it is there to stay. Fails with {@link
   * io.sluice.oci.RegistryError.NothingToRestore} when there is no such manifest, or not all of it.
   *
   * @param digest of any manifest that the repository still has; empty for the newest former value
   *     that differs from what the tag names now
   * @param actor who does it, for the record
   * @param rights what they may do, as for {@link PutManifest}
   */
  public record RestoreTag(
      RepositoryName repository, Tag tag, Optional<Digest> digest, String actor, TagRights rights)
      implements Command<Restored> {
    static final String ADDRESS = "sluice.storage.tag.restore";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** What a tag names again; {@code size} is that of the manifest in bytes. */
  public record Restored(Digest digest, String mediaType, long size) {}

  /**
   * What tags of a repository named before, as far as it is remembered ({@code
   * sluice.tags.history}); also tags that are gone.
   *
   * @param tag if only this one is of interest
   * @param last only tags that sort after this one
   * @param limit of former values; but no tag's are cut
   */
  public record ListHistory(
      RepositoryName repository, Optional<Tag> tag, Optional<Tag> last, int limit)
      implements Command<Page<TagHistory>> {
    static final String ADDRESS = "sluice.storage.tag.history";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * What a tag named before.
   *
   * @param former the newest first
   */
  public record TagHistory(Tag tag, List<FormerValue> former) {}

  /**
   * What a tag named for some time.
   *
   * @param since when it was pushed, or fetched
   * @param until when it was replaced or removed
   * @param restorable whether its manifest is still there
   */
  public record FormerValue(Digest digest, Instant since, Instant until, boolean restorable) {}

  /** The manifests that have this digest as their subject. */
  public record ListReferrers(RepositoryName repository, Digest subject)
      implements Command<List<Descriptor>> {
    static final String ADDRESS = "sluice.storage.referrers";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** A page of tags in lexical order. */
  public record ListTags(RepositoryName repository, Optional<Tag> last, int limit)
      implements Command<Page<Tag>> {
    static final String ADDRESS = "sluice.storage.tag.list";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** A page of repositories in lexical order. */
  public record ListRepositories(Optional<RepositoryName> last, int limit)
      implements Command<Page<RepositoryName>> {
    static final String ADDRESS = "sluice.storage.catalog";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** A page of a list, and whether there are more behind it. */
  public record Page<T>(List<T> items, boolean more) {

    /** Cuts a list of one too many to its limit. */
    static <T> Page<T> of(List<T> items, int limit) {
      return items.size() > limit
          ? new Page<>(List.copyOf(items.subList(0, limit)), true)
          : new Page<>(List.copyOf(items), false);
    }
  }

  /**
   * Keeps a new API key. Fails with {@link io.sluice.oci.RegistryError.ApiKeyLimit} when its owner
   * has too many.
   */
  public record PutApiKey(ApiKeyRecord key) implements Command<Void> {
    static final String ADDRESS = "sluice.storage.apikey.put";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * The user's API key whose secret has this hash. A deletion elsewhere is noticed after a while
   * ({@code cache.trustFor}); whether the key has expired is for the caller to judge.
   */
  public record FindApiKey(String user, String hash) implements Command<Optional<ApiKeyRecord>> {
    static final String ADDRESS = "sluice.storage.apikey.find";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** The API keys of a user, the oldest first, expired ones among them. */
  public record ListApiKeys(String user) implements Command<List<ListedApiKey>> {
    static final String ADDRESS = "sluice.storage.apikey.list";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * An API key in a list.
   *
   * @param lastUsed to the hour
   */
  public record ListedApiKey(ApiKeyRecord key, Optional<Instant> lastUsed) {}

  /** Deletes an API key; answers whether there was one. */
  public record DeleteApiKey(String user, String uuid) implements Command<Boolean> {
    static final String ADDRESS = "sluice.storage.apikey.delete";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** Notes that an API key was used; cheap enough to be sent with each use. */
  public record TouchApiKey(String user, String uuid, Instant at) implements Command<Void> {
    static final String ADDRESS = "sluice.storage.apikey.touch";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** What storage is at; fails when a store can't be used. */
  public record CheckStorage() implements Command<StorageStatus> {
    static final String ADDRESS = "sluice.storage.status";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * What storage is at.
   *
   * @param uploads sessions in memory
   * @param memoryUsed bytes of the uploads' budget that are given out
   * @param memoryPeak the most that ever was
   * @param memoryTotal what there is to give
   */
  public record StorageStatus(int uploads, long memoryUsed, long memoryPeak, long memoryTotal) {}
}
