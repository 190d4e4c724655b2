package io.sluice.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryError.ApiKeyLimit;
import io.sluice.oci.RegistryError.BlobTooLarge;
import io.sluice.oci.RegistryError.BlobUnknown;
import io.sluice.oci.RegistryError.ChunkOutOfOrder;
import io.sluice.oci.RegistryError.Denied;
import io.sluice.oci.RegistryError.DigestInvalid;
import io.sluice.oci.RegistryError.DigestMismatch;
import io.sluice.oci.RegistryError.LengthRequired;
import io.sluice.oci.RegistryError.ManifestBlobUnknown;
import io.sluice.oci.RegistryError.ManifestCollision;
import io.sluice.oci.RegistryError.ManifestInvalid;
import io.sluice.oci.RegistryError.ManifestTooLarge;
import io.sluice.oci.RegistryError.ManifestTypeUnsupported;
import io.sluice.oci.RegistryError.ManifestUnknown;
import io.sluice.oci.RegistryError.MethodNotAllowed;
import io.sluice.oci.RegistryError.NameInvalid;
import io.sluice.oci.RegistryError.NameUnknown;
import io.sluice.oci.RegistryError.NothingToRestore;
import io.sluice.oci.RegistryError.PathUnknown;
import io.sluice.oci.RegistryError.RangeNotSatisfiable;
import io.sluice.oci.RegistryError.RequestInvalid;
import io.sluice.oci.RegistryError.ShuttingDown;
import io.sluice.oci.RegistryError.SizeMismatch;
import io.sluice.oci.RegistryError.StillReferenced;
import io.sluice.oci.RegistryError.StoreUnavailable;
import io.sluice.oci.RegistryError.TagInvalid;
import io.sluice.oci.RegistryError.TooManyRequests;
import io.sluice.oci.RegistryError.Unauthorized;
import io.sluice.oci.RegistryError.Unsupported;
import io.sluice.oci.RegistryError.UploadInvalid;
import io.sluice.oci.RegistryError.UploadUnknown;
import io.sluice.oci.RegistryError.UpstreamFailed;
import io.sluice.oci.RegistryError.UpstreamLimited;
import io.sluice.oci.RegistryError.UpstreamUnavailable;

/**
 * Status, code and detail of each error: the one place that decides (distribution specification,
 * "Error Codes"; the codes beyond it are those of Docker's registry).
 */
final class ErrorResponses {
  private ErrorResponses() {}

  /** What an error becomes: {@code detail} has what the client needs to mend it. */
  record ErrorResponse(int status, String code, String message, ObjectNode detail) {

    /** The body, as the specification has it. */
    String body() {
      var json = JsonNodeFactory.instance.objectNode();
      var error = json.putArray("errors").addObject();
      error.put("code", code);
      error.put("message", message);
      error.set("detail", detail);
      return json.toString();
    }
  }

  /** The answer to what nobody expected; the cause is in the log under the request's id. */
  static ErrorResponse unexpected(String requestId) {
    var detail = JsonNodeFactory.instance.objectNode().put("requestId", requestId);
    return new ErrorResponse(
        500, "UNKNOWN", "something went wrong here; the log has the cause", detail);
  }

  static ErrorResponse of(RegistryError error) {
    var detail = JsonNodeFactory.instance.objectNode();
    return switch (error) {
      case NameInvalid e -> make(400, "NAME_INVALID", e, detail.put("name", e.name()));
      case NameUnknown e -> make(404, "NAME_UNKNOWN", e, detail.put("name", e.name().value()));
      case TagInvalid e -> make(400, "TAG_INVALID", e, detail.put("tag", e.tag()));
      case DigestInvalid e -> make(400, "DIGEST_INVALID", e, detail.put("digest", e.digest()));
      case DigestMismatch e ->
          make(
              400,
              "DIGEST_INVALID",
              e,
              detail.put("expected", e.expected().toString()).put("actual", e.actual().toString()));
      case SizeMismatch e ->
          make(
              400,
              "SIZE_INVALID",
              e,
              detail.put("expected", e.expected()).put("actual", e.actual()));
      case BlobUnknown e ->
          make(404, "BLOB_UNKNOWN", e, detail.put("digest", e.digest().toString()));
      case BlobTooLarge e -> make(413, "SIZE_INVALID", e, detail.put("limit", e.limit()));
      case StillReferenced e ->
          make(
              405,
              "DENIED",
              e,
              detail.put("digest", e.digest().toString()).put("referencedBy", e.by().toString()));
      case UploadUnknown e -> make(404, "BLOB_UPLOAD_UNKNOWN", e, detail.put("upload", e.id()));
      case UploadInvalid e -> make(400, "BLOB_UPLOAD_INVALID", e, detail);
      case ChunkOutOfOrder e ->
          make(416, "BLOB_UPLOAD_INVALID", e, detail.put("offset", e.offset()).put("got", e.got()));
      case RangeNotSatisfiable e -> make(416, "RANGE_INVALID", e, detail.put("size", e.size()));
      case ManifestUnknown e ->
          make(
              404,
              "MANIFEST_UNKNOWN",
              e,
              detail
                  .put("name", e.repository().value())
                  .put("reference", e.reference().toString()));
      case NothingToRestore e ->
          make(
              404,
              "MANIFEST_UNKNOWN",
              e,
              detail
                  .put("name", e.repository().value())
                  .put("tag", e.tag().value())
                  .put("reason", e.reason()));
      case ManifestCollision e -> {
        var tags = detail.put("digest", e.digest().toString()).putArray("tags");
        e.tags().forEach(tag -> tags.add(tag.value()));
        yield make(409, "MANIFEST_INVALID", e, detail);
      }
      case ManifestInvalid e -> make(400, "MANIFEST_INVALID", e, detail.put("reason", e.reason()));
      case ManifestTypeUnsupported e ->
          make(415, "MANIFEST_INVALID", e, detail.put("mediaType", e.mediaType()));
      case ManifestTooLarge e -> make(413, "MANIFEST_INVALID", e, detail.put("limit", e.limit()));
      case ManifestBlobUnknown e ->
          make(404, "MANIFEST_BLOB_UNKNOWN", e, detail.put("digest", e.missing().toString()));
      case RequestInvalid e ->
          make(
              400,
              e.what().equals("n") ? "PAGINATION_NUMBER_INVALID" : "UNSUPPORTED",
              e,
              detail.put(e.what(), e.value()).put("expected", e.expected()));
      case LengthRequired e -> make(411, "SIZE_INVALID", e, detail);
      case PathUnknown e -> make(404, "UNSUPPORTED", e, detail.put("path", e.path()));
      case MethodNotAllowed e -> {
        var allowed = detail.put("method", e.method()).putArray("allowed");
        e.allowed().forEach(allowed::add);
        yield make(405, "UNSUPPORTED", e, detail);
      }
      case Unsupported e -> make(400, "UNSUPPORTED", e, detail);
      case Unauthorized e -> make(401, "UNAUTHORIZED", e, detail.put("reason", e.reason()));
      case Denied e -> make(403, "DENIED", e, detail.put("reason", e.reason()));
      case ApiKeyLimit e -> make(400, "UNSUPPORTED", e, detail.put("reason", e.reason()));
      case TooManyRequests e -> make(429, "TOOMANYREQUESTS", e, detail);
      case UpstreamFailed e ->
          make(502, "UNAVAILABLE", e, upstream(detail, e.upstream(), e.reason()));
      case UpstreamUnavailable e ->
          make(503, "UNAVAILABLE", e, upstream(detail, e.upstream(), e.reason()));
      case UpstreamLimited e ->
          make(429, "TOOMANYREQUESTS", e, upstream(detail, e.upstream(), e.reason()));
      case StoreUnavailable e -> make(503, "UNAVAILABLE", e, detail.put("reason", e.reason()));
      case ShuttingDown e -> make(503, "UNAVAILABLE", e, detail);
    };
  }

  private static ObjectNode upstream(ObjectNode detail, String upstream, String reason) {
    return detail.put("upstream", upstream).put("reason", reason);
  }

  private static ErrorResponse make(
      int status, String code, RegistryError error, ObjectNode detail) {
    return new ErrorResponse(status, code, error.message(), detail);
  }
}
