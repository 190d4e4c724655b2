package io.sluice.oci;

/**
 * Carries a {@link RegistryError} through a failed future. It is an answer, not a defect, so it has
 * no stack trace.
 */
public final class RegistryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient RegistryError error;

  public RegistryException(RegistryError error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  /** Whether a failure is an error of this kind. */
  public static boolean says(Throwable cause, Class<? extends RegistryError> kind) {
    return cause instanceof RegistryException known && kind.isInstance(known.error);
  }

  public RegistryError error() {
    return error;
  }
}
