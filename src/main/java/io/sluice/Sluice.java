package io.sluice;

import io.sluice.cli.SluiceCommand;

/** The program: hands its arguments to the command line and ends with its exit code. */
public final class Sluice {
  private Sluice() {}

  public static void main(String[] args) {
    System.exit(SluiceCommand.run(args));
  }
}
