package io.sluice.server;

import io.sluice.config.SluiceConfig;
import io.sluice.oci.RegistryException;
import io.sluice.store.s3.S3Unusable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** A registry can't be started; the message says why, and what would help. */
public final class StartFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  StartFailure(String message) {
    super(message);
  }

  /** The socket can't be opened: the address is not ours, or the port is taken or forbidden. */
  static StartFailure listening(SluiceConfig config, Throwable cause) {
    return new StartFailure(
        "can't listen on %s:%d (http.address, http.port): %s"
            .formatted(config.http().address(), config.http().port(), cause.getMessage()));
  }

  /** What a failure of the start means to who started it. */
  static RuntimeException of(Throwable cause, SluiceConfig config) {
    return switch (cause) {
      case StartFailure known -> known;
      case AccessDeniedException e ->
          new StartFailure(
              "no access to " + e.getFile() + ": storage.rootDirectory must be writable");
      case FileSystemException e ->
          new StartFailure("can't store in " + e.getFile() + ": " + reason(e));
      case IOException e -> new StartFailure("can't start: " + e.getMessage());
      case S3Unusable e -> new StartFailure(e.message());
      case IllegalStateException e when e.getMessage() != null -> new StartFailure(e.getMessage());
      case RegistryException e -> new StartFailure(e.error().message());
      case RuntimeException e -> e;
      default -> new IllegalStateException(cause);
    };
  }

  static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "this user may not";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> e.getClass().getSimpleName();
    };
  }
}
