package io.sluice.config;

import java.util.Map;
import java.util.Optional;

/**
 * {@code cacheDriver}: the database in which Zot's replicas share what they know. Sluice keeps no
 * such database, so it is read and checked, and has no effect on the storage.
 */
public sealed interface CacheDriverConfig permits RedisConfig, DynamoDbConfig {

  static Optional<CacheDriverConfig> read(Section storage, boolean isSubPath) {
    var driver = storage.section("cacheDriver").tolerant();
    if (!driver.isPresent()) {
      return Optional.empty();
    }
    if (!driver.has("name")) {
      driver.problem("name", "is missing", "one of dynamodb, redis");
    }
    var name = driver.choice("name", Map.of("redis", "redis", "dynamodb", "dynamodb"));
    if (isSubPath && name.filter("redis"::equals).isPresent()) {
      driver.problem("name", "is not supported in subPaths", "dynamodb");
    }
    return name.map(
        known ->
            known.equals("redis") ? RedisConfig.read(driver, "zot") : DynamoDbConfig.read(driver));
  }
}
