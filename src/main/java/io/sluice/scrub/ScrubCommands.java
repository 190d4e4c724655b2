package io.sluice.scrub;

import io.sluice.bus.Command;

/** What can be asked of the {@link ScrubVerticle}. */
public final class ScrubCommands {
  private ScrubCommands() {}

  /** Begins a pass in the background, if none runs. */
  public record RunScrub() implements Command<Asked> {
    static final String ADDRESS = "sluice.scrub.run";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * How it stands now.
   *
   * @param begun false if one ran already
   */
  public record Asked(boolean begun, ScrubState state) {}

  /** How it stands. */
  public record GetScrubState() implements Command<ScrubState> {
    static final String ADDRESS = "sluice.scrub.status";

    @Override
    public String address() {
      return ADDRESS;
    }
  }
}
