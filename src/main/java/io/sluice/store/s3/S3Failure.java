package io.sluice.store.s3;

import java.io.IOException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * What a failed call means.
 *
 * @param code S3's own ("NoSuchKey"), or the HTTP status where it has none, or empty when there was
 *     no answer
 * @param detail for the log: what the store or the network said
 * @param region where the store says that the bucket is, if it says so
 */
record S3Failure(Kind kind, String code, String detail, Optional<String> region) {

  /** What is to be done about it. */
  enum Kind {
    /** No such object, or no such multipart upload. */
    NOT_FOUND(false, "the object is not there"),
    /** The store asks for fewer calls. */
    THROTTLED(true, "the store is too busy"),
    /** The store has a fault that passes. */
    FAULTY(true, "the store reports an error of its own"),
    /** What arrived there is not what was sent: it broke on the way. */
    DAMAGED(true, "the store received something else than was sent"),
    /** No connection, or no answer. */
    UNREACHABLE(true, "the store can't be reached"),
    NO_BUCKET(false, "the bucket does not exist"),
    CREDENTIALS(false, "the store does not accept our credentials"),
    FORBIDDEN(false, "the store does not permit it"),
    SKEWED(false, "the clocks of this server and of the store differ too much"),
    REGION(false, "the bucket is in another region"),
    TLS(false, "no secure connection to the store"),
    /** A request that the store thinks wrong. */
    REFUSED(false, "the store refused the request");

    /** Whether the same call may succeed a moment later. */
    final boolean passing;

    /** For whoever waits for it at the far end: says nothing of keys, buckets and hosts. */
    final String reason;

    Kind(boolean passing, String reason) {
      this.passing = passing;
      this.reason = reason;
    }
  }

  private static final Set<String> CREDENTIAL_CODES =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "ExpiredToken",
          "InvalidToken",
          "TokenRefreshRequired",
          "InvalidSecurity",
          "AuthorizationQueryParametersError",
          "MissingSecurityHeader");
  private static final Set<String> REGION_CODES =
      Set.of("PermanentRedirect", "IllegalLocationConstraintException", "TemporaryRedirect");
  private static final Set<String> THROTTLE_CODES =
      Set.of(
          "SlowDown",
          "SlowDownRead",
          "SlowDownWrite",
          "RequestLimitExceeded",
          "TooManyRequests",
          "Throttling",
          "ThrottlingException",
          "ServiceUnavailable",
          "BandwidthLimitExceeded");

  /** Also with a status below 500: a completion may fail after it began to answer with 200. */
  private static final Set<String> FAULT_CODES =
      Set.of("InternalError", "RequestTimeout", "OperationAborted");

  private static final Set<String> DAMAGE_CODES =
      Set.of(
          "BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch", "InvalidDigest");

  static S3Failure of(Throwable thrown) {
    var cause = unwrapped(thrown);
    return cause instanceof AwsServiceException answered ? answered(answered) : unanswered(cause);
  }

  private static S3Failure answered(AwsServiceException e) {
    var details = e.awsErrorDetails();
    var given = details == null ? null : details.errorCode();
    var code = given == null || given.isEmpty() ? Integer.toString(e.statusCode()) : given;
    return new S3Failure(kindOf(e, code), code, String.valueOf(e.getMessage()), regionOf(e));
  }

  private static Kind kindOf(AwsServiceException e, String code) {
    int status = e.statusCode();
    if (code.equals("NoSuchBucket")) {
      return Kind.NO_BUCKET;
    }
    if (code.equals("NoSuchKey") || code.equals("NoSuchUpload") || status == 404) {
      return Kind.NOT_FOUND;
    }
    if (code.equals("RequestTimeTooSkewed")) {
      return Kind.SKEWED;
    }
    if (THROTTLE_CODES.contains(code) || status == 503 || status == 429) {
      return Kind.THROTTLED;
    }
    if (DAMAGE_CODES.contains(code)) {
      return Kind.DAMAGED;
    }
    if (CREDENTIAL_CODES.contains(code) || status == 401) {
      return Kind.CREDENTIALS;
    }
    if (REGION_CODES.contains(code)
        || status == 301
        || code.equals("AuthorizationHeaderMalformed") && mentionsRegion(e)) {
      return Kind.REGION;
    }
    // An upload that stood still for too long: the store hung up on it (400).
    if (status >= 500 || FAULT_CODES.contains(code)) {
      return Kind.FAULTY;
    }
    return status == 403 ? Kind.FORBIDDEN : Kind.REFUSED;
  }

  private static Optional<String> regionOf(AwsServiceException e) {
    var details = e.awsErrorDetails();
    return details == null || details.sdkHttpResponse() == null
        ? Optional.empty()
        : details.sdkHttpResponse().firstMatchingHeader("x-amz-bucket-region");
  }

  private static boolean mentionsRegion(AwsServiceException e) {
    return String.valueOf(e.getMessage()).contains("region");
  }

  private static S3Failure unanswered(Throwable cause) {
    for (@Nullable Throwable t = cause; t != null; t = t.getCause()) {
      switch (t) {
        case SSLException _, CertificateException _ -> {
          return of(Kind.TLS, deepest(t));
        }
        case UnknownHostException _ -> {
          return of(Kind.UNREACHABLE, "unknown host: " + t.getMessage());
        }
        case IOException _ -> {
          return of(Kind.UNREACHABLE, describe(t));
        }
        case TimeoutException _, CancellationException _ -> {
          return of(Kind.UNREACHABLE, "no answer in time");
        }
        default -> {}
      }
    }
    if (cause instanceof SdkClientException && isAboutCredentials(cause)) {
      return of(Kind.CREDENTIALS, String.valueOf(cause.getMessage()));
    }
    return cause instanceof SdkClientException
        ? of(Kind.UNREACHABLE, describe(cause))
        : of(Kind.REFUSED, describe(cause));
  }

  private static S3Failure of(Kind kind, String detail) {
    return new S3Failure(kind, "", detail, Optional.empty());
  }

  private static boolean isAboutCredentials(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("credentials");
  }

  private static String deepest(Throwable thrown) {
    var t = thrown;
    while (t.getCause() != null) {
      t = t.getCause();
    }
    return describe(t);
  }

  private static String describe(Throwable t) {
    return t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
  }

  private static Throwable unwrapped(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? unwrapped(thrown.getCause())
        : thrown;
  }
}
