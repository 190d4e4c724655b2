package io.sluice.gc;

import io.sluice.bus.Command;
import io.sluice.config.RetentionConfig;
import io.sluice.oci.RepositoryName;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What can be asked of the {@link GcVerticle}. */
public final class GcCommands {
  private GcCommands() {}

  /**
   * Begins a collection of every store that has {@code gc} on; where one is going on, that is it.
   * Answers at once. Fails with {@link io.sluice.oci.RegistryError.Unsupported} when no store has.
   *
   * @param confirmed whether a new policy may remove as much as it likes: if one without is going
   *     on, one with follows it
   */
  public record RunGc(boolean confirmed) implements Command<GcState> {
    static final String ADDRESS = "sluice.gc.run";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** How it stands with the collections. */
  public record GetGcState() implements Command<GcState> {
    static final String ADDRESS = "sluice.gc.status";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * What collections would remove now, of all stores, also where {@code gc} is off; changes
   * nothing. One at a time: fails with {@link io.sluice.oci.RegistryError.TooManyRequests} while
   * there is another.
   *
   * @param policy instead of what the stores have
   * @param repository if only this one is of interest: then totals are of it alone
   * @param sink called on the verticle's context; its futures may complete on any
   * @param stop asked on the verticle's context, between two steps; when true, it ends early
   */
  public record PreviewGc(
      Optional<RetentionConfig> policy,
      Optional<RepositoryName> repository,
      GcSink sink,
      BooleanSupplier stop)
      implements Command<GcTotals> {
    static final String ADDRESS = "sluice.gc.preview";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** Goes by this plan from now on, with the same stores; what is going on ends by the old one. */
  public record UseGcPlan(GcPlan plan) implements Command<Void> {
    static final String ADDRESS = "sluice.gc.plan";

    @Override
    public String address() {
      return ADDRESS;
    }
  }
}
