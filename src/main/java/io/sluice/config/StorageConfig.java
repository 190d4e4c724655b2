package io.sluice.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A store: the section {@code storage}, or one of its {@code subPaths}.
 *
 * @param rootDirectory where objects lie on the local disk; with a driver, only scratch files
 * @param dedupe content that is the same in several repositories is stored once; default true, in a
 *     sub-path false. Unlike Zot's, it needs no cache driver with S3
 * @param remoteCache accepted; we keep no cache database, so it has no effect
 * @param redirectBlobUrl (redirectBlobURL) answer a GET of a blob with a redirect to the bucket;
 *     only with a driver; default false
 * @param gc when and how garbage is collected
 * @param commit fsync of files and directories before an answer; unlike Zot's, default true. Only
 *     for the local disk: S3 acknowledges what is durable
 * @param maxRepos how many repositories there may be; 0 for any number. Only at the root
 * @param fastRestart accepted at the root; we need no walk at start, so it has no effect
 * @param driver where objects lie if not on the local disk
 * @param cacheDriver accepted; see {@link CacheDriverConfig}
 * @param retention what is kept
 * @param subPaths further stores by route: {@code /a} holds the repositories {@code a/…}, but not
 *     {@code a} itself. In the order of the file; only at the root
 */
public record StorageConfig(
    Path rootDirectory,
    boolean dedupe,
    boolean remoteCache,
    boolean redirectBlobUrl,
    GcConfig gc,
    boolean commit,
    int maxRepos,
    boolean fastRestart,
    Optional<StorageDriverConfig> driver,
    Optional<CacheDriverConfig> cacheDriver,
    RetentionConfig retention,
    Map<String, StorageConfig> subPaths) {

  /** A store on the local disk with nothing else configured. */
  public static StorageConfig local(Path rootDirectory) {
    var gc = GcConfig.defaults(true);
    return new StorageConfig(
        rootDirectory,
        true,
        false,
        false,
        gc,
        true,
        0,
        false,
        Optional.empty(),
        Optional.empty(),
        RetentionConfig.defaults(gc.delay()),
        Map.of());
  }

  /** This store and those of its sub-paths. */
  public Stream<StorageConfig> allStores() {
    return Stream.concat(Stream.of(this), subPaths.values().stream());
  }

  static StorageConfig read(Section storage) {
    var subPaths = new LinkedHashMap<String, StorageConfig>();
    var routes = storage.section("subPaths");
    routes
        .namedSections()
        .forEach((route, section) -> subPaths.put(route, read(section, true, Map.of())));
    var root = read(storage, false, Collections.unmodifiableMap(subPaths));
    StorageLayout.check(root, storage, routes);
    return root;
  }

  private static StorageConfig read(
      Section storage, boolean isSubPath, Map<String, StorageConfig> subPaths) {
    var gc = GcConfig.read(storage, isSubPath);
    var driver = StorageDriverConfig.read(storage);
    boolean hasDriver = storage.has("storageDriver");
    var cacheDriver = CacheDriverConfig.read(storage, isSubPath);
    boolean remoteCache = storage.flag("remoteCache", false);
    if (remoteCache) {
      storage.warn("remoteCache", "has no effect: there is no cache database to keep elsewhere");
    }
    boolean redirect = storage.flag("redirectBlobURL", false);
    if (redirect && !hasDriver) {
      storage.problem(
          "redirectBlobURL",
          "needs a storage that others can read from",
          "false, or a storageDriver");
    }
    if (cacheDriver.orElse(null) instanceof DynamoDbConfig
        && !(hasDriver && driver.isEmpty())
        && !(driver.orElse(null) instanceof S3DriverConfig)) {
      storage.problem(
          "cacheDriver", "dynamodb", "needs the storageDriver s3", "redis, or a storageDriver s3");
    }
    return new StorageConfig(
        storage.required(
            storage.path("rootDirectory"), "rootDirectory", Path.of(""), "the path of a directory"),
        storage.flag("dedupe", !isSubPath),
        remoteCache,
        redirect,
        gc,
        storage.flag("commit", true),
        isSubPath ? 0 : storage.integer("maxRepos", 0, 0, Integer.MAX_VALUE),
        !isSubPath && storage.flag("fastRestart", false),
        driver,
        cacheDriver,
        RetentionConfig.read(storage.section("retention"), gc.delay()),
        subPaths);
  }
}
