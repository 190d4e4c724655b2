package io.sluice.config;

import java.util.Map;
import java.util.Optional;

/**
 * {@code storageDriver} with the name {@code azure}: a container of Azure Blob Storage.
 *
 * @param rootDirectory the prefix of all keys; default {@code /zot}
 * @param accountKey for credentials of the type {@code shared_key}, which is the default
 * @param realm the domain of the service; default {@code core.windows.net}
 * @param serviceUrl overrides what account and realm would give
 */
public record AzureDriverConfig(
    String accountName,
    String container,
    Optional<Secret> accountKey,
    String rootDirectory,
    Credentials credentials,
    String realm,
    Optional<String> serviceUrl)
    implements StorageDriverConfig {

  /** How we say who we are. */
  public enum CredentialsType {
    SHARED_KEY,
    CLIENT_SECRET,
    DEFAULT_CREDENTIALS
  }

  /** For {@link CredentialsType#CLIENT_SECRET}, the application that we are. */
  public record Credentials(
      CredentialsType type,
      Optional<String> tenantId,
      Optional<String> clientId,
      Optional<Secret> secret) {}

  @Override
  public String name() {
    return "azure";
  }

  static AzureDriverConfig read(Section driver) {
    var credentials = readCredentials(driver.section("credentials").tolerant());
    var accountKey = driver.secret("accountkey");
    if (credentials.type() == CredentialsType.SHARED_KEY && accountKey.isEmpty()) {
      driver.problem(
          "accountkey", Secret.MASK, "is missing", "the key of the account, or other credentials");
    }
    return new AzureDriverConfig(
        driver.required(driver.string("accountname"), "accountname", "", "the storage account"),
        driver.required(driver.string("container"), "container", "", "the name of a container"),
        accountKey,
        StorageDriverConfig.readRootDirectory(driver, "/zot"),
        credentials,
        driver.string("realm").orElse("core.windows.net"),
        driver.string("serviceurl"));
  }

  private static Credentials readCredentials(Section credentials) {
    var types =
        Map.of(
            "shared_key", CredentialsType.SHARED_KEY,
            "client_secret", CredentialsType.CLIENT_SECRET,
            "default_credentials", CredentialsType.DEFAULT_CREDENTIALS);
    return new Credentials(
        credentials.choice("type", types).orElse(CredentialsType.SHARED_KEY),
        credentials.string("tenantid"),
        credentials.string("clientid"),
        credentials.secret("secret"));
  }
}
