package io.sluice.store.fs;

import io.sluice.oci.RegistryError.StoreUnavailable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a failed file system call means to a client, without telling it our paths; the log has them.
 */
final class DiskErrors {
  private static final Logger LOG = LoggerFactory.getLogger(DiskErrors.class);

  static final String VANISHED = "the data directory has vanished";

  private DiskErrors() {}

  static StoreUnavailable classify(IOException failure) {
    LOG.atWarn().addKeyValue("error", failure.toString()).log("the disk failed");
    if (failure instanceof AccessDeniedException) {
      return new StoreUnavailable("access to the data directory is denied");
    }
    var reason =
        failure instanceof FileSystemException f && f.getReason() != null
            ? f.getReason()
            : failure.getMessage();
    var text = reason == null ? "" : reason.toLowerCase(Locale.ROOT);
    if (text.equals(VANISHED)) {
      return new StoreUnavailable("the data directory is not there");
    }
    if (text.contains("no space left") || text.contains("quota exceeded")) {
      return new StoreUnavailable("the disk is full");
    }
    if (text.contains("read-only file system")) {
      return new StoreUnavailable("the disk is read-only");
    }
    if (text.contains("too many open files")) {
      return new StoreUnavailable("too many files are open");
    }
    return new StoreUnavailable("the disk reports an error");
  }
}
