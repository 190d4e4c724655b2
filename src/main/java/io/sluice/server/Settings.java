package io.sluice.server;

import io.sluice.api.ApiSettings;
import io.sluice.api.TlsMaterial;
import io.sluice.config.DataSize;
import io.sluice.config.SluiceConfig;
import io.sluice.config.StorageConfig;
import io.sluice.config.SyncConfig;
import io.sluice.registry.StorageSettings;
import io.sluice.registry.StorageSettings.StoreSettings;
import io.sluice.store.ObjectStore;
import io.sluice.sync.SyncSettings;
import io.sluice.upload.Uploads;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

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
                          routes.put(component(route), store(sub, opened, component(route))));
              return new StorageSettings(
                  store(config.storage(), opened, ""),
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

  private static StoreSettings store(
      StorageConfig config, Map<String, ObjectStore> opened, String route) {
    var objects = opened.get(route);
    if (objects == null) {
      throw new IllegalStateException("no store was opened for '" + route + "'");
    }
    return new StoreSettings(
        objects, config.gc().delay(), config.dedupe(), config.redirectBlobUrl(), System::nanoTime);
  }

  /** Routes are written with a slash in front; what they match is the first component of a name. */
  private static String component(String route) {
    return route.replaceAll("^/+|/+$", "");
  }
}
