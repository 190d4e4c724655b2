package io.sluice.config;

/**
 * A value that must not be seen: its text form is {@code ***}, so it cannot reach a log by
 * accident.
 *
 * @param value the secret itself; ask for it only where it is sent or compared
 */
public record Secret(String value) {
  static final String MASK = "***";

  @Override
  public String toString() {
    return MASK;
  }
}
