package io.sluice.config;

/** What a configuration file is written in. */
public enum Format {
  JSON,
  YAML,
  /** The file's name doesn't tell: JSON is tried, then YAML. */
  UNKNOWN
}
