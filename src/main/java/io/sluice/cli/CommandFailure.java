package io.sluice.cli;

/** A command can't do what it was asked for; the message says why, and what would help. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final String text;

  CommandFailure(String text) {
    super(text, null, false, false);
    this.text = text;
  }

  @Override
  public String getMessage() {
    return text;
  }
}
