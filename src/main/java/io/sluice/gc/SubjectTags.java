package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.oci.Digest.Algorithm;
import io.sluice.oci.Tag;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tags that clients make for what belongs to another manifest, whose digest is in their name:
 * cosign's {@code sha256-<hex>.sig}, {@code .att} and {@code .sbom}, and {@code sha256-<hex>} of
 * the referrers tag schema (distribution specification, "Referrers Tag Schema").
 *
 * <p>They share the fate of their subject and are nothing that a policy counts: a signature is
 * pushed after its image, so as one more tag it would be the most recent one, and the image would
 * go.
 *
 * <p>A tag that names the very digest of its name is no such tag: clients that copy by digest make
 * tags like that so that what they copied has one.
 */
final class SubjectTags {
  private static final Pattern NAME =
      Pattern.compile("(sha256|sha512)-([0-9a-f]{64})(\\.(sig|att|sbom))?");

  private SubjectTags() {}

  /** Whether the tag belongs to a subject, told or not. */
  static boolean isOfSubject(Tag tag, Digest named) {
    var name = NAME.matcher(tag.value());
    return name.matches() && !isNamedAfter(named, name.group(1), name.group(2));
  }

  /**
   * The manifest that the tag belongs to; empty if it is an ordinary tag, and for {@code sha512},
   * whose digests are cut off in tags: such a tag is not judged either, and stays.
   */
  static Optional<Digest> subjectOf(Tag tag, Digest named) {
    var name = NAME.matcher(tag.value());
    return name.matches()
            && name.group(1).equals(Algorithm.SHA256.id())
            && !isNamedAfter(named, name.group(1), name.group(2))
        ? Optional.of(new Digest(Algorithm.SHA256, name.group(2)))
        : Optional.empty();
  }

  private static boolean isNamedAfter(Digest named, String algorithm, String hex) {
    return named.algorithm().id().equals(algorithm) && named.hex().startsWith(hex);
  }
}
