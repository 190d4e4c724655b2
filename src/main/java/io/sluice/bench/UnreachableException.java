package io.sluice.bench;

import java.net.URI;

/** There is no registry to measure at that URL; the message is one line for the user. */
public final class UnreachableException extends Exception {
  UnreachableException(URI url, String reason) {
    super("cannot measure " + url + ": " + reason, null, false, false);
  }
}
