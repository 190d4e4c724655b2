package io.sluice.server;

import io.sluice.api.ApiSettings;
import io.sluice.api.TlsMaterial;
import io.sluice.config.DataSize;
import io.sluice.config.ExtensionsConfig;
import io.sluice.config.OwnConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.config.StorageConfig;
import io.sluice.config.SyncConfig;
import io.sluice.gc.GcPlan;
import io.sluice.gc.GcStore;
import io.sluice.registry.StorageSettings;
import io.sluice.registry.StorageSettings.StoreSettings;
import io.sluice.scrub.ScrubSettings;
import io.sluice.store.ObjectStore;
import io.sluice.sync.SyncSettings;
import io.sluice.upload.Uploads;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** From the configuration to what each verticle wants to know. */
final class Settings {
  private Settings() {}

  static ApiSettings api(SluiceConfig config, Optional<TlsMaterial> tls) {
    var http = config.http();
    var own = config.sluice().http();
    return new ApiSettings(
        http.address(),
        http.port(),
        http.externalUrl(),
        own.absoluteUrls(),
        http.readTimeout(),
        http.writeTimeout(),
        own.headerTimeout(),
        own.keepAliveTimeout(),
        Math.toIntExact(own.maxHeaderSize().bytes()),
        Math.toIntExact(own.maxManifestSize().bytes()),
        config.sluice().events().progressInterval(),
        tls);
  }

  static SyncSettings sync(SluiceConfig config) {
    var own = config.sluice();
    return new SyncSettings(
        config
            .extensions()
            .sync()
            .map(SyncConfig::downloadDir)
            .orElseGet(SyncConfig::defaultDownloadDir),
        own.sync().spool(),
        own.uploads().maxBlobSize().map(DataSize::bytes).orElse(Long.MAX_VALUE),
        Math.toIntExact(own.http().maxManifestSize().bytes()),
        own.events().progressInterval());
  }

  /** With the stores that the storage has opened. */
  static ScrubSettings scrub(SluiceConfig config, StorageSettings storage) {
    var stores = new ArrayList<ObjectStore>();
    stores.add(storage.main().objects());
    storage.routes().values().forEach(route -> stores.add(route.objects()));
    var own = config.sluice().scrub();
    return new ScrubSettings(
        stores,
        own.bandwidth().bytes(),
        own.quarantine(),
        config.extensions().scrub().map(ExtensionsConfig.Scrub::interval));
  }

  /** Opens the stores; on a failure, those that were opened are closed again. */
  static Future<StorageSettings> storage(Vertx vertx, SluiceConfig config, StoreFactory factory) {
    var own = config.sluice();
    var opened = new HashMap<String, ObjectStore>();
    Future<?> last =
        factory.open(vertx, config.storage()).onSuccess(store -> opened.put("", store));
    for (var route : config.storage().subPaths().entrySet()) {
      last =
          last.compose(_ -> factory.open(vertx, route.getValue()))
              .onSuccess(store -> opened.put(component(route.getKey()), store));
    }
    return last.<StorageSettings>map(
            _ -> {
              var routes = new HashMap<String, StoreSettings>();
              config
                  .storage()
                  .subPaths()
                  .forEach(
                      (route, sub) ->
                          routes.put(
                              component(route), store(own.gc(), sub, opened, component(route))));
              return new StorageSettings(
                  store(own.gc(), config.storage(), opened, ""),
                  routes,
                  new Uploads.Settings(
                      own.uploads().window(),
                      own.uploads().parkAfter(),
                      own.uploads().expireAfter(),
                      own.uploads().maxBlobSize().map(DataSize::bytes).orElse(Long.MAX_VALUE)),
                  own.cache().trustFor(),
                  own.cache().memory().map(DataSize::bytes).orElseGet(Memory::forCache),
                  own.uploads().memory().map(DataSize::bytes).orElseGet(Memory::forUploads),
                  own.tags().history());
            })
        .onFailure(_ -> opened.values().forEach(ObjectStore::close));
  }

  /**
   * What is collected of the stores that are open, by a configuration that may be a later one than
   * they were opened with: a sub-path that it doesn't have any more is not collected, and {@code
   * gcDelay} stays what the writers go by.
   */
  static GcPlan gc(SluiceConfig config, StorageSettings storage) {
    var own = config.sluice();
    var stores = new ArrayList<GcStore>();
    stores.add(gc("", config.storage(), storage.main()));
    new TreeMap<>(config.storage().subPaths())
        .forEach(
            (route, sub) -> {
              var opened = storage.routes().get(component(route));
              if (opened != null) {
                stores.add(gc(component(route), sub, opened));
              }
            });
    return new GcPlan(
        stores,
        own.retention().undo(),
        own.retention().maxShare(),
        own.gc().requestsPerSecond(),
        Path.of(System.getProperty("java.io.tmpdir"), "sluice-gc"));
  }

  private static GcStore gc(String route, StorageConfig config, StoreSettings store) {
    return new GcStore(
        route, store.objects(), config.gc(), config.retention(), store.grace(), store.nanos());
  }

  private static StoreSettings store(
      OwnConfig.Gc gc, StorageConfig config, Map<String, ObjectStore> opened, String route) {
    var objects = opened.get(route);
    if (objects == null) {
      throw new IllegalStateException("no store was opened for '" + route + "'");
    }
    return new StoreSettings(
        objects,
        gc.grace(config.gc()),
        config.dedupe(),
        config.redirectBlobUrl(),
        System::nanoTime);
  }

  /** Routes are written with a slash in front; what they match is the first component of a name. */
  private static String component(String route) {
    return route.replaceAll("^/+|/+$", "");
  }
}
