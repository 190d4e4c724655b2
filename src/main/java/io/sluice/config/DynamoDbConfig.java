package io.sluice.config;

import java.util.Optional;

/**
 * {@code cacheDriver} with the name {@code dynamodb}.
 *
 * @param cacheTable {@code cacheTablename}, the only table that must be named
 */
public record DynamoDbConfig(
    Optional<String> endpoint,
    Optional<String> region,
    String cacheTable,
    Optional<String> userDataTable,
    Optional<String> apiKeyTable,
    Optional<String> repoMetaTable,
    Optional<String> imageMetaTable,
    Optional<String> repoBlobsInfoTable,
    Optional<String> versionTable)
    implements CacheDriverConfig {

  static DynamoDbConfig read(Section driver) {
    return new DynamoDbConfig(
        driver.string("endpoint"),
        driver.string("region"),
        driver.required(
            driver.string("cacheTablename"), "cacheTablename", "", "the name of a table"),
        driver.string("userDataTablename"),
        driver.string("apiKeyTablename"),
        driver.string("repoMetaTablename"),
        driver.string("imageMetaTablename"),
        driver.string("repoBlobsInfoTablename"),
        driver.string("versionTablename"));
  }
}
