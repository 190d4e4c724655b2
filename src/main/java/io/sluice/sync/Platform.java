package io.sluice.sync;

import java.util.Locale;

/**
 * What an image runs on, as {@code linux/amd64} or {@code linux/arm/v7}, in the one spelling that
 * runtimes compare by: {@code x86_64} is {@code amd64}, {@code aarch64} and {@code arm64/v8} are
 * {@code arm64}, {@code arm} without a variant is {@code arm/v7}.
 *
 * @param variant empty for the usual one
 */
public record Platform(String os, String architecture, String variant) {
  private static final String UNKNOWN = "unknown";

  /** From the parts of an index's {@code platform}; an empty variant for none. */
  static Platform of(String os, String architecture, String variant) {
    var lower = architecture.toLowerCase(Locale.ROOT);
    var named = variant.toLowerCase(Locale.ROOT);
    var plain = named.matches("[0-9].*") ? "v" + named : named;
    return switch (lower) {
      case "amd64", "x86_64", "x86-64" -> with(os, "amd64", plain.equals("v1") ? "" : plain);
      case "arm64", "aarch64" -> with(os, "arm64", plain.equals("v8") ? "" : plain);
      case "arm" -> with(os, "arm", plain.isEmpty() ? "v7" : plain);
      case "armhf" -> with(os, "arm", "v7");
      case "armel" -> with(os, "arm", "v6");
      default -> with(os, lower, plain);
    };
  }

  private static Platform with(String os, String architecture, String variant) {
    return new Platform(os.toLowerCase(Locale.ROOT), architecture, variant);
  }

  /** Whether it is meant by a text of the configuration; where that has no variant, any does. */
  boolean isMeantBy(String wanted) {
    var parts = wanted.split("/", 3);
    return parts.length == 2
        ? sameMachine(of(parts[0], parts[1], ""))
        : parts.length == 3 && equals(of(parts[0], parts[1], parts[2]));
  }

  private boolean sameMachine(Platform other) {
    return os.equals(other.os) && architecture.equals(other.architecture);
  }

  /** As attestations have it, which run on nothing. */
  boolean isUnknown() {
    return os.equals(UNKNOWN) && architecture.equals(UNKNOWN);
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
