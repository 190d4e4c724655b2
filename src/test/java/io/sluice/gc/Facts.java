package io.sluice.gc;

import io.sluice.config.GoDuration;
import io.sluice.oci.Digest;
import io.sluice.oci.Tag;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Tags and manifests in a few characters. */
final class Facts {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private static final Pattern IMAGE = Pattern.compile("\\{(.*)}");

  private Facts() {}

  /**
   * Tags with a blank between, each as {@code name@pushed} or {@code name@pushed/pulled}, times
   * being so long ago. In a name, <code>{v1}</code> stands for {@code sha256-<hex>} of what the tag
   * v1 names; a tag that begins with {@code =} names that image itself.
   */
  static List<TagFacts> tags(String text) {
    return words(text).map(Facts::tag).toList();
  }

  private static TagFacts tag(String word) {
    var at = word.split("@", 2);
    boolean itself = at[0].startsWith("=");
    var names = itself ? IMAGE.matcher(at[0]).replaceAll("$1").substring(1) : at[0];
    return new TagFacts(name(at[0]), image(names), pushed(at[1]), pulled(at[1]));
  }

  /** Untagged manifests, in the form of tags. */
  static ManifestFacts manifest(String word) {
    var at = word.split("@", 2);
    return new ManifestFacts(image(at[0]), pushed(at[1]), pulled(at[1]));
  }

  static Tag name(String word) {
    return new Tag(
        IMAGE
            .matcher(word.replace("=", ""))
            .replaceAll(it -> Matcher.quoteReplacement("sha256-" + image(it.group(1)).hex())));
  }

  static Digest image(String name) {
    return Digest.sha256(name.getBytes(StandardCharsets.UTF_8));
  }

  static Stream<String> words(String text) {
    return text.isBlank() ? Stream.of() : Stream.of(text.strip().split(" +"));
  }

  private static Instant pushed(String times) {
    return ago(times.split("/", -1)[0]);
  }

  private static Optional<Instant> pulled(String times) {
    return times.contains("/") ? Optional.of(ago(times.split("/", -1)[1])) : Optional.empty();
  }

  private static Instant ago(String duration) {
    return NOW.minus(GoDuration.parse(duration));
  }
}
