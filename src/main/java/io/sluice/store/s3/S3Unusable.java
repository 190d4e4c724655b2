package io.sluice.store.s3;

import org.jspecify.annotations.Nullable;

/**
 * The bucket can't be used as configured; the message says why, and what to change. For the
 * operator: it names hosts and buckets.
 */
public final class S3Unusable extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String message;

  S3Unusable(String message, @Nullable Throwable cause) {
    super(message, cause);
    this.message = message;
  }

  public String message() {
    return message;
  }
}
