package io.sluice.events;

import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.RepositoryName;
import java.time.Duration;
import java.util.Optional;

/**
 * Something that happened, at the time when it had happened: what an event tells is durable, or was
 * sent.
 */
public sealed interface Event {

  /** The address that every kind's address starts with. */
  String ADDRESS_PREFIX = "sluice.events.";

  Occasion occasion();

  RepositoryName repository();

  /** The last part of the address, and {@code kind} in the JSON form. */
  default String kind() {
    return switch (this) {
      case Pushed _ -> "push";
      case Pulled _ -> "pull";
      case Deleted _ -> "delete";
      case Mounted _ -> "mount";
      case UploadProgress _ -> "upload";
    };
  }

  /** Where it is published. */
  default String address() {
    return ADDRESS_PREFIX + kind();
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
      implements Event {}

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
      implements Event {}

  /** What a deletion was of. */
  enum Target {
    TAG,
    MANIFEST,
    BLOB
  }

  /**
   * A tag, a manifest or a blob was deleted by a client.
   *
   * @param digest what the tag named
   */
  record Deleted(
      Occasion occasion,
      RepositoryName repository,
      Target target,
      Reference reference,
      Digest digest)
      implements Event {}

  /**
   * A blob was mounted from another repository, so that nothing had to be uploaded.
   *
   * @param from as the client gave it
   */
  record Mounted(
      Occasion occasion, RepositoryName repository, Digest digest, Optional<RepositoryName> from)
      implements Event {}

  /** Where an upload stands. */
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
      implements Event {}
}
