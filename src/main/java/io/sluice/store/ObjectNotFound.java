package io.sluice.store;

/**
 * There is no object under this key, or no such multipart write. Expected, so it has no stack
 * trace.
 */
public final class ObjectNotFound extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ObjectNotFound(String key) {
    super("no object " + key, null, false, false);
  }
}
