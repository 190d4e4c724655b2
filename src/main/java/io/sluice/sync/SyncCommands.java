package io.sluice.sync;

import io.sluice.bus.Command;
import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.ByteRange;
import io.sluice.registry.Commands.OpenedBlob;
import io.sluice.registry.StoredManifest;
import java.util.List;
import java.util.Optional;

/**
 * What can be asked of the {@link SyncVerticle}, for repositories that {@link Routes} leads to an
 * upstream. {@code ns} is the host that containerd says it wants it from. Futures fail with a
 * {@link io.sluice.oci.RegistryException} that names the upstream where one is to blame.
 */
public final class SyncCommands {
  private SyncCommands() {}

  /**
   * The manifest that a reference names: the one here where that is as good as the upstream's, else
   * the upstream's, which is here then.
   *
   * @param whole what it is made of will be asked for next, so that may be fetched already
   */
  public record PullManifest(
      RepositoryName repository, Reference reference, Optional<String> ns, boolean whole)
      implements Command<Pulled<StoredManifest>> {
    static final String ADDRESS = "sluice.sync.manifest";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /**
   * What was asked for.
   *
   * @param stale why it could not be made sure that this is what the upstream has now
   */
  public record Pulled<T>(T what, Optional<String> stale) {}

  /** A blob that is not here; as it comes, if nobody has fetched it before. */
  public record PullBlob(
      RepositoryName repository, Digest digest, ByteRange range, Optional<String> ns)
      implements Command<OpenedBlob> {
    static final String ADDRESS = "sluice.sync.blob";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** The size of a blob that is not here; fetches nothing. */
  public record StatUpstreamBlob(RepositoryName repository, Digest digest, Optional<String> ns)
      implements Command<Long> {
    static final String ADDRESS = "sluice.sync.blob.stat";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** The manifests that have this digest as their subject, here and there. */
  public record PullReferrers(RepositoryName repository, Digest subject, Optional<String> ns)
      implements Command<Pulled<List<Descriptor>>> {
    static final String ADDRESS = "sluice.sync.referrers";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** The tags that an upstream has, in lexical order; remembered for {@code sluice.sync.ttl}. */
  public record UpstreamTags(RepositoryName repository, Optional<String> ns)
      implements Command<Pulled<List<Tag>>> {
    static final String ADDRESS = "sluice.sync.tags";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** What there is to be said of synchronisation. */
  public record GetSyncState() implements Command<SyncState> {
    static final String ADDRESS = "sluice.sync.status";

    @Override
    public String address() {
      return ADDRESS;
    }
  }

  /** Goes by this plan from now on; what is under way ends by the old one. */
  public record UsePlan(SyncPlan plan) implements Command<Void> {
    static final String ADDRESS = "sluice.sync.plan";

    @Override
    public String address() {
      return ADDRESS;
    }
  }
}
