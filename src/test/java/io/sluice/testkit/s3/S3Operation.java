package io.sluice.testkit.s3;

import io.vertx.core.http.HttpMethod;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a request asks of S3, by its name in the API reference. */
public enum S3Operation {
  LIST_BUCKETS,
  CREATE_BUCKET,
  HEAD_BUCKET,
  DELETE_BUCKET,
  GET_BUCKET_LOCATION,
  LIST_OBJECTS_V2,
  PUT_OBJECT,
  COPY_OBJECT,
  GET_OBJECT,
  HEAD_OBJECT,
  DELETE_OBJECT,
  DELETE_OBJECTS,
  CREATE_MULTIPART_UPLOAD,
  UPLOAD_PART,
  UPLOAD_PART_COPY,
  COMPLETE_MULTIPART_UPLOAD,
  ABORT_MULTIPART_UPLOAD,
  LIST_PARTS,
  LIST_MULTIPART_UPLOADS,
  /** None of those that a registry needs. */
  OTHER;

  /** As S3 spells it: {@code PutObject}. */
  public String apiName() {
    return Arrays.stream(name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  /**
   * Tells it from what is in a request with a path-style address.
   *
   * @param key empty if the request is for a bucket
   * @param parameters the names in the query
   * @param copies whether there is an {@code x-amz-copy-source}
   */
  static S3Operation of(
      HttpMethod method, String bucket, String key, Set<String> parameters, boolean copies) {
    if (bucket.isEmpty()) {
      return method.equals(HttpMethod.GET) ? LIST_BUCKETS : OTHER;
    }
    return key.isEmpty()
        ? ofBucket(method.name(), parameters)
        : ofObject(method.name(), parameters, copies);
  }

  private static S3Operation ofBucket(String method, Set<String> parameters) {
    return switch (method) {
      case "GET" ->
          parameters.contains("uploads")
              ? LIST_MULTIPART_UPLOADS
              : parameters.contains("list-type")
                  ? LIST_OBJECTS_V2
                  : parameters.contains("location") ? GET_BUCKET_LOCATION : OTHER;
      case "HEAD" -> HEAD_BUCKET;
      case "PUT" -> parameters.isEmpty() ? CREATE_BUCKET : OTHER;
      case "DELETE" -> parameters.isEmpty() ? DELETE_BUCKET : OTHER;
      case "POST" -> parameters.contains("delete") ? DELETE_OBJECTS : OTHER;
      default -> OTHER;
    };
  }

  private static S3Operation ofObject(String method, Set<String> parameters, boolean copies) {
    boolean ofUpload = parameters.contains("uploadId");
    return switch (method) {
      case "GET" -> ofUpload ? LIST_PARTS : GET_OBJECT;
      case "HEAD" -> HEAD_OBJECT;
      case "PUT" ->
          ofUpload ? copies ? UPLOAD_PART_COPY : UPLOAD_PART : copies ? COPY_OBJECT : PUT_OBJECT;
      case "POST" ->
          ofUpload
              ? COMPLETE_MULTIPART_UPLOAD
              : parameters.contains("uploads") ? CREATE_MULTIPART_UPLOAD : OTHER;
      case "DELETE" -> ofUpload ? ABORT_MULTIPART_UPLOAD : DELETE_OBJECT;
      default -> OTHER;
    };
  }
}
