package io.sluice.testkit.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.sluice.config.ConfigLoader;
import io.sluice.config.Format;
import io.sluice.config.S3DriverConfig;
import java.net.URI;
import java.util.List;

/** A section {@code storageDriver} for a bucket of the tests. */
public final class Driver {
  private static final YAMLMapper YAML = new YAMLMapper();

  private final ObjectNode section = YAML.createObjectNode();

  /** For a bucket, by way of an endpoint such as a proxy's. */
  public Driver(Bucket bucket, URI by) {
    var server = bucket.server();
    with("name", "s3");
    with("regionendpoint", by.toString());
    with("region", server.region());
    with("bucket", bucket.name());
    with("accesskey", server.accessKey());
    with("secretkey", server.secretKey());
    in(bucket, "");
  }

  /** In a root directory of its own below the bucket's prefix, without slashes around it. */
  public Driver in(Bucket bucket, String folder) {
    var root = bucket.prefix() + folder;
    return root.isEmpty() ? this : with("rootdirectory", "/" + root);
  }

  /** One more key, or one of those above with another value. */
  public Driver with(String key, String value) {
    section.put(key, value);
    return this;
  }

  /** Without these keys. */
  public Driver without(String... keys) {
    section.remove(List.of(keys));
    return this;
  }

  /** As the registry's configuration has it. */
  public ObjectNode section() {
    return section;
  }

  public S3DriverConfig config() {
    var tree = YAML.createObjectNode();
    var storage = tree.putObject("storage").put("rootDirectory", "unused");
    storage.set("storageDriver", section);
    tree.putObject("http").put("address", "127.0.0.1").put("port", "0");
    try {
      return (S3DriverConfig)
          ConfigLoader.parse(YAML.writeValueAsString(tree), Format.YAML)
              .storage()
              .driver()
              .orElseThrow();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
