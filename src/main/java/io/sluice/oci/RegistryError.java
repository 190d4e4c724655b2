package io.sluice.oci;

import java.util.List;

/**
 * What can be wrong with a request, or stand in its way. The status code and the specification's
 * error code of each are decided in one place, {@code ErrorResponses} in {@code api}; here stands
 * what happened, for people, in {@link #message}. Texts from clients are contained only where they
 * help, and are escaped by whoever prints them.
 */
public sealed interface RegistryError {

  /** One sentence for the person at the client's end. */
  String message();

  record NameInvalid(String name, String reason) implements RegistryError {
    @Override
    public String message() {
      return "this is not a repository name: " + reason;
    }
  }

  record NameUnknown(RepositoryName name) implements RegistryError {
    @Override
    public String message() {
      return "the repository " + name + " does not exist";
    }
  }

  record TagInvalid(String tag) implements RegistryError {
    @Override
    public String message() {
      return "this is not a tag: at most 128 of letters, digits, '_', '.' and '-', not starting with '.' or '-'";
    }
  }

  record DigestInvalid(String digest, String reason) implements RegistryError {
    @Override
    public String message() {
      return "this is not a digest: " + reason;
    }
  }

  /** The bytes that came are not those that the client named. */
  record DigestMismatch(Digest expected, Digest actual) implements RegistryError {
    @Override
    public String message() {
      return "the content does not have the digest that was given";
    }
  }

  record SizeMismatch(long expected, long actual) implements RegistryError {
    @Override
    public String message() {
      return "the body has " + actual + " bytes where " + expected + " were announced";
    }
  }

  record BlobUnknown(Digest digest) implements RegistryError {
    @Override
    public String message() {
      return "the repository has no such blob";
    }
  }

  record BlobTooLarge(long limit) implements RegistryError {
    @Override
    public String message() {
      return "blobs may have at most " + limit + " bytes here";
    }
  }

  /** A blob or manifest that a manifest of the repository refers to can't be deleted. */
  record StillReferenced(Digest digest, Digest by) implements RegistryError {
    @Override
    public String message() {
      return "it is referred to by the manifest " + by + ", which has to be deleted first";
    }
  }

  record UploadUnknown(String id) implements RegistryError {
    @Override
    public String message() {
      return "there is no such upload: it was finished, cancelled or has expired, or never was";
    }
  }

  record UploadInvalid(String reason) implements RegistryError {
    @Override
    public String message() {
      return reason;
    }
  }

  /**
   * A chunk that does not start where the upload stands; the client goes on from {@code offset}.
   */
  record ChunkOutOfOrder(String uploadId, long offset, long got) implements RegistryError {
    @Override
    public String message() {
      return "the upload has " + offset + " bytes, a chunk that starts at " + got + " does not fit";
    }
  }

  record RangeNotSatisfiable(long size) implements RegistryError {
    @Override
    public String message() {
      return "the range lies outside of the blob's " + size + " bytes";
    }
  }

  record ManifestUnknown(RepositoryName repository, Reference reference) implements RegistryError {
    @Override
    public String message() {
      return "the repository " + repository + " has no manifest " + reference;
    }
  }

  /**
   * A tag that was to get a former value back, and why there is none, or none that would be whole.
   */
  record NothingToRestore(RepositoryName repository, Tag tag, String reason)
      implements RegistryError {
    @Override
    public String message() {
      return "the tag " + tag + " of " + repository + " can't be restored: " + reason;
    }
  }

  /** Several tags name a manifest that was to be deleted by a client who must not take them all. */
  record ManifestCollision(Digest digest, List<Tag> tags) implements RegistryError {
    @Override
    public String message() {
      return "the manifest has " + tags.size() + " tags; delete all but one of them first";
    }
  }

  record ManifestInvalid(String reason) implements RegistryError {
    @Override
    public String message() {
      return "this is not a valid manifest: " + reason;
    }
  }

  record ManifestTypeUnsupported(String mediaType) implements RegistryError {
    @Override
    public String message() {
      return mediaType.startsWith("application/vnd.docker.distribution.manifest.v1")
          ? "Docker's image manifest schema 1 is not taken; push with a client that writes schema 2 or OCI manifests"
          : "manifests of type '"
              + mediaType
              + "' are not taken; OCI image manifests and indexes, and Docker's schema 2, are";
    }
  }

  record ManifestTooLarge(long limit) implements RegistryError {
    @Override
    public String message() {
      return "manifests may have at most " + limit + " bytes here";
    }
  }

  /** A manifest refers to a blob, or an index to a manifest, that the repository doesn't have. */
  record ManifestBlobUnknown(Digest missing) implements RegistryError {
    @Override
    public String message() {
      return "the manifest refers to " + missing + ", which the repository does not have";
    }
  }

  /** A query parameter or header that can't be read. */
  record RequestInvalid(String what, String value, String expected) implements RegistryError {
    @Override
    public String message() {
      return what + " can't be read: " + expected;
    }
  }

  record LengthRequired() implements RegistryError {
    @Override
    public String message() {
      return "the length of the body must be given";
    }
  }

  record PathUnknown(String path) implements RegistryError {
    @Override
    public String message() {
      return "there is nothing at this path";
    }
  }

  record MethodNotAllowed(String method, List<String> allowed) implements RegistryError {
    @Override
    public String message() {
      return method + " is not possible here, only " + String.join(", ", allowed) + " are";
    }
  }

  record Unsupported(String reason) implements RegistryError {
    @Override
    public String message() {
      return reason;
    }
  }

  /**
   * It is not known who it is, and nobody in particular may not do this.
   *
   * @param tried whether credentials were shown, which were wrong
   */
  record Unauthorized(String reason, boolean tried) implements RegistryError {
    @Override
    public String message() {
      return reason;
    }
  }

  /** It is known who it is, and that they may not do this. */
  record Denied(String reason) implements RegistryError {
    @Override
    public String message() {
      return reason;
    }
  }

  record TooManyRequests(String reason, int retryAfterSeconds) implements RegistryError {
    @Override
    public String message() {
      return reason;
    }
  }

  /** A user can't have this API key, or no more of them. */
  record ApiKeyLimit(String reason) implements RegistryError {
    @Override
    public String message() {
      return reason;
    }
  }

  /**
   * The upstream that has it, or may have it, did not give it: it can't be reached, doesn't let us
   * in, or sent something else.
   *
   * @param reason for people, names the upstream, and holds no secret
   */
  record UpstreamFailed(String upstream, String reason) implements RegistryError {
    @Override
    public String message() {
      return "it could not be fetched: " + reason;
    }
  }

  /** The upstream fails of late, and is not asked for a while. */
  record UpstreamUnavailable(String upstream, String reason, int retryAfterSeconds)
      implements RegistryError {
    @Override
    public String message() {
      return "it can't be fetched now: " + reason;
    }
  }

  /** The upstream limits how much we may ask for. */
  record UpstreamLimited(String upstream, String reason, int retryAfterSeconds)
      implements RegistryError {
    @Override
    public String message() {
      return "it can't be fetched now: " + reason;
    }
  }

  /** The store can't do it now: full, unreachable, failing. Nothing was acknowledged. */
  record StoreUnavailable(String reason) implements RegistryError {
    @Override
    public String message() {
      return "the storage can't do this now: " + reason;
    }
  }

  /** The server is going down and takes no new work. */
  record ShuttingDown() implements RegistryError {
    @Override
    public String message() {
      return "this server is shutting down";
    }
  }
}
