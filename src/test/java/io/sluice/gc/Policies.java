package io.sluice.gc;

import io.sluice.config.ConfigLoader;
import io.sluice.config.Format;
import io.sluice.config.RetentionConfig;

/** Retention as it is written in configuration files. */
public final class Policies {
  private Policies() {}

  /** Of the section {@code storage.retention}, in JSON with single quotes. */
  public static RetentionConfig retention(String section) {
    var text = "{'storage': {'rootDirectory': '/images', 'retention': " + section + "}}";
    return ConfigLoader.parse(text.replace('\'', '"'), Format.JSON).storage().retention();
  }

  /** Of one policy for all repositories. */
  public static RetentionConfig keepTags(String entries) {
    return retention("{'policies': [{'repositories': ['**'], 'keepTags': [" + entries + "]}]}");
  }
}
