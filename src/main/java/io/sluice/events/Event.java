package io.sluice.events;

import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.RepositoryName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Something that happened, at the time when it had happened: what an event tells is durable, or was
 * sent.
 */
public sealed interface Event {

  /** The address that every kind's address starts with. */
  String ADDRESS_PREFIX = "sluice.events.";

  Occasion occasion();

  /** The last part of the address, and {@code kind} in the JSON form. */
  default String kind() {
    return switch (this) {
      case Pushed _ -> "push";
      case Pulled _ -> "pull";
      case Deleted _ -> "delete";
      case Mounted _ -> "mount";
      case UploadProgress _ -> "upload";
      case Synced _ -> "sync";
      case Refused _ -> "auth";
      case ConfigReloaded _ -> "config";
      case Collected _, ConfirmationNeeded _ -> "gc";
      case Scrubbed _, ScrubFound _ -> "scrub";
    };
  }

  /** Where it is published. */
  default String address() {
    return ADDRESS_PREFIX + kind();
  }

  /** What happened in one repository. */
  sealed interface OfRepository extends Event {
    RepositoryName repository();
  }

  /**
   * A manifest was pushed, and the tag moved.
   *
   * @param reference as the client gave it
   * @param size of the manifest in bytes
   */
  record Pushed(
      Occasion occasion,
      RepositoryName repository,
      Reference reference,
      Digest digest,
      String mediaType,
      long size,
      Duration duration)
      implements OfRepository {}

  /**
   * A manifest or a blob was sent to a client, whole or in part.
   *
   * @param reference the tag or digest that was asked for
   * @param mediaType of a manifest; {@code application/octet-stream} of a blob
   * @param size bytes that were sent
   */
  record Pulled(
      Occasion occasion,
      RepositoryName repository,
      Reference reference,
      Digest digest,
      String mediaType,
      long size,
      Duration duration)
      implements OfRepository {}

  /** What a deletion was of. */
  enum Target {
    TAG,
    MANIFEST,
    BLOB
  }

  /**
   * A tag, a manifest or a blob was deleted by a client; or a tag was removed by a retention
   * policy, the actor then being {@link #COLLECTOR}.
   *
   * @param digest what the tag named
   * @param reason of a policy: which one, and why
   */
  record Deleted(
      Occasion occasion,
      RepositoryName repository,
      Target target,
      Reference reference,
      Digest digest,
      Optional<String> reason)
      implements OfRepository {

    /** By a client, who has a reason that we don't know. */
    public Deleted(
        Occasion occasion,
        RepositoryName repository,
        Target target,
        Reference reference,
        Digest digest) {
      this(occasion, repository, target, reference, digest, Optional.empty());
    }
  }

  /** The actor of what nobody but a retention policy wants; no user has a blank in their name. */
  String COLLECTOR = "sluice gc";

  /**
   * A blob was mounted from another repository, so that nothing had to be uploaded.
   *
   * @param from as the client gave it
   */
  record Mounted(
      Occasion occasion, RepositoryName repository, Digest digest, Optional<RepositoryName> from)
      implements OfRepository {}

  /** Where an upload, or a download from an upstream, stands. */
  enum Stage {
    STARTED,
    PROGRESS,
    FINISHED,
    FAILED
  }

  /**
   * A blob is being uploaded. Progress is told of requests that last longer than {@code
   * sluice.events.progressInterval}, once in that time.
   *
   * @param uploadId the session's
   * @param received bytes that have come so far
   * @param digest once it is finished
   * @param error when it failed
   */
  record UploadProgress(
      Occasion occasion,
      RepositoryName repository,
      String uploadId,
      Stage stage,
      long received,
      Optional<Digest> digest,
      Duration duration,
      Optional<String> error)
      implements OfRepository {}

  /**
   * Something is being fetched from an upstream: a blob, of which progress is told once in {@code
   * sluice.events.progressInterval} while it lasts longer than that, or a manifest, which is told
   * of when it is stored, or could not be had.
   *
   * @param reference the tag or digest that is fetched
   * @param upstream its host
   * @param digest of a manifest that is stored
   * @param received bytes that have come so far
   * @param size of the whole, once the upstream has said it
   * @param error when it failed
   */
  record Synced(
      Occasion occasion,
      RepositoryName repository,
      Reference reference,
      String upstream,
      Stage stage,
      Optional<Digest> digest,
      long received,
      Optional<Long> size,
      Duration duration,
      Optional<String> error)
      implements OfRepository {}

  /** Why somebody was refused. */
  enum Reason {
    /** The user or the password is not right; or a token, a key, a certificate. */
    WRONG_CREDENTIALS,
    /** Who it is is clear, or nobody in particular, and may not do this. */
    DENIED,
    /** Too many tries, or too many requests. */
    LIMITED
  }

  /**
   * A client was refused. The first request of a client that has yet to learn that it must log in
   * is not told: every login begins with one.
   *
   * @param repository that was asked for; empty where the request is of none
   * @param action what was wanted, as in {@code accessControl}: {@code read}, {@code create},
   *     {@code update}, {@code delete}; empty when it was only about who it is
   */
  record Refused(
      Occasion occasion, Optional<RepositoryName> repository, Reason reason, String action)
      implements Event {}

  /**
   * A new version of the configuration, or of a file that it names, was taken over; or, with an
   * error, was not, and the old one stays in force.
   *
   * @param changed the paths of the keys that differ; with {@code " (content)"} behind it, that of
   *     a file whose content does
   * @param needRestart those that take effect with the next start only, also of earlier reloads
   * @param error what is wrong with it, without the values that are; never a secret
   */
  record ConfigReloaded(
      Occasion occasion, List<String> changed, List<String> needRestart, Optional<String> error)
      implements Event {}

  /**
   * A garbage collection of one store was begun, or has ended.
   *
   * @param store its route, as in {@code storage.subPaths}; {@code /} for the main one
   * @param garbage what has gone; when it failed, up to then
   * @param duration so far
   * @param error when it failed
   */
  record Collected(
      Occasion occasion,
      String store,
      Stage stage,
      Garbage garbage,
      Duration duration,
      Optional<String> error)
      implements Event {}

  /**
   * A scrub has begun, or ended.
   *
   * @param stage never {@code PROGRESS}
   * @param repositories that it has looked at so far, as are the next five
   * @param error why it could not be ended
   */
  record Scrubbed(
      Occasion occasion,
      Stage stage,
      long repositories,
      long manifests,
      long blobs,
      long bytes,
      long findings,
      long quarantined,
      Duration duration,
      Optional<String> error)
      implements Event {}

  /**
   * What a collection came to.
   *
   * @param repositories that were looked at
   * @param bytes that are free now
   * @param withheld tags that wait for a confirmation
   * @param waiting things that wait for their time
   */
  record Garbage(
      long repositories,
      long tags,
      long manifests,
      long blobs,
      long data,
      long bytes,
      long uploads,
      long withheld,
      long waiting) {}

  /**
   * A new policy would remove so many of a repository's tags at once that it leaves them until
   * somebody has confirmed it ({@code sluice.retention.maxShare}). Told once, and again when the
   * numbers have changed.
   *
   * @param policy the one that decides, as in {@code policies[0] (infra/**)}
   * @param tags that the repository has
   * @param going of them
   */
  record ConfirmationNeeded(
      Occasion occasion, RepositoryName repository, String policy, long tags, long going)
      implements OfRepository {}

  /**
   * A scrub has found something that is damaged or missing.
   *
   * @param status as in {@code damaged-blob}
   * @param digest of the blob or manifest
   * @param tags some of those that need it
   * @param error in words
   * @param quarantined whether it is hidden from clients since
   */
  record ScrubFound(
      Occasion occasion,
      RepositoryName repository,
      String status,
      Digest digest,
      List<String> tags,
      String error,
      boolean quarantined)
      implements OfRepository {}
}
