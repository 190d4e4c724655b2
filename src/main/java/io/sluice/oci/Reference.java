package io.sluice.oci;

/** What a manifest is asked for by: a {@link Tag} or a {@link Digest}. */
public sealed interface Reference permits Tag, Digest {

  /**
   * Parses the last part of {@code /v2/<name>/manifests/<reference>}: a colon makes it a digest,
   * since no tag has one. Fails with {@link RegistryError.DigestInvalid} or {@link
   * RegistryError.TagInvalid}.
   */
  static Reference parse(String text) {
    return text.indexOf(':') >= 0 ? Digest.parse(text) : Tag.parse(text);
  }
}
