package io.sluice.server;

import io.sluice.config.SluiceConfig;
import io.sluice.config.SyncConfig;
import io.sluice.config.SyncRegistryConfig;
import io.sluice.sync.SyncPlan;
import io.sluice.sync.login.CredentialsFile;
import io.sluice.sync.upstream.UpstreamTls;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads and checks the files of {@code extensions.sync}. Blocks. */
final class SyncFiles {
  private static final String CREDENTIALS = "extensions.sync.credentialsFile";
  private static final int MOST = 1 << 20;

  private SyncFiles() {}

  /**
   * What is to be fetched from where.
   *
   * @throws StartFailure with what is wrong in which file; never with what stands in it
   */
  static SyncPlan read(Vertx vertx, SluiceConfig config) {
    return config
        .extensions()
        .sync()
        .map(sync -> SyncPlan.of(registries(vertx, sync), config.sluice().sync()))
        .orElse(SyncPlan.NONE);
  }

  private static List<SyncPlan.Registry> registries(Vertx vertx, SyncConfig sync) {
    var credentials =
        sync.credentialsFile().map(SyncFiles::credentials).orElse(CredentialsFile.NONE);
    var registries = new ArrayList<SyncPlan.Registry>();
    for (var registry : sync.registries()) {
      int index = registries.size();
      registries.add(new SyncPlan.Registry(registry, tls(vertx, registry, index), credentials));
    }
    return registries;
  }

  private static CredentialsFile credentials(Path file) {
    try {
      return CredentialsFile.parse(SmallFile.readText(CREDENTIALS, file, MOST));
    } catch (IllegalArgumentException e) {
      throw new StartFailure(CREDENTIALS + ": " + file + ": " + e.getMessage());
    }
  }

  private static UpstreamTls tls(Vertx vertx, SyncRegistryConfig registry, int index) {
    try {
      return UpstreamTls.read(vertx, registry);
    } catch (IllegalArgumentException e) {
      throw new StartFailure(
          "extensions.sync.registries[" + index + "].certDir: " + e.getMessage());
    }
  }
}
