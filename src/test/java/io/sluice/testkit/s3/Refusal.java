package io.sluice.testkit.s3;

import java.util.Map;

/** An answer of S3 that says no, and why. */
public record Refusal(int status, String code, String message, Map<String, String> headers) {

  private static Refusal of(int status, String code, String message) {
    return new Refusal(status, code, message, Map.of());
  }

  public static Refusal slowDown() {
    return of(503, "SlowDown", "Please reduce your request rate.");
  }

  public static Refusal serviceUnavailable() {
    return of(503, "ServiceUnavailable", "Please reduce your request rate.");
  }

  public static Refusal internalError() {
    return of(500, "InternalError", "We encountered an internal error. Please try again.");
  }

  /** S3 may have begun to answer a completion or a copy with 200 before it fails. */
  public static Refusal internalErrorAfterStatus200() {
    return of(200, "InternalError", "We encountered an internal error. Please try again.");
  }

  public static Refusal expiredToken() {
    return of(400, "ExpiredToken", "The provided token has expired.");
  }

  public static Refusal requestTimeTooSkewed() {
    return of(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.");
  }

  public static Refusal invalidAccessKeyId() {
    return of(
        403,
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.");
  }

  public static Refusal signatureDoesNotMatch() {
    return of(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.");
  }

  public static Refusal accessDenied() {
    return of(403, "AccessDenied", "Access Denied");
  }

  /** The bucket is in another region. */
  public static Refusal permanentRedirect(String region) {
    return new Refusal(
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint.",
        Map.of("x-amz-bucket-region", region));
  }

  public static Refusal noSuchBucket() {
    return of(404, "NoSuchBucket", "The specified bucket does not exist");
  }

  public static Refusal noSuchUpload() {
    return of(404, "NoSuchUpload", "The specified multipart upload does not exist.");
  }

  /** The same refusal with another status, for servers that disagree about it. */
  public Refusal withStatus(int other) {
    return new Refusal(other, code, message, headers);
  }

  /** The document that S3 sends with it. */
  String body() {
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <Error><Code>%s</Code><Message>%s</Message><RequestId>0A1B2C3D4E5F</RequestId></Error>\
        """
        .formatted(code, message);
  }
}
