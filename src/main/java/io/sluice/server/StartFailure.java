package io.sluice.server;

import io.sluice.config.SluiceConfig;
import io.sluice.oci.RegistryException;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/** A registry can't be started; the message says why, and what would help. */
public final class StartFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  StartFailure(String message) {
    super(message);
  }

  /** What a failure of the start means to who started it. */
  static RuntimeException of(Throwable cause, SluiceConfig config) {
    return switch (cause) {
      case StartFailure known -> known;
      case BindException e ->
          new StartFailure(
              "can't listen on %s:%d: %s; is another registry running? http.address and http.port say where to listen"
                  .formatted(config.http().address(), config.http().port(), e.getMessage()));
      case AccessDeniedException e ->
          new StartFailure(
              "no access to " + e.getFile() + ": storage.rootDirectory must be writable");
      case FileSystemException e ->
          new StartFailure("can't store in " + e.getFile() + ": " + reason(e));
      case IOException e -> new StartFailure("can't start: " + e.getMessage());
      case IllegalStateException e when e.getMessage() != null -> new StartFailure(e.getMessage());
      case RegistryException e -> new StartFailure(e.error().message());
      case RuntimeException e -> e;
      default -> new IllegalStateException(cause);
    };
  }

  private static String reason(FileSystemException e) {
    return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
  }
}
