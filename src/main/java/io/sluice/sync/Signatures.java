package io.sluice.sync;

import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryException;
import io.sluice.oci.Tag;
import io.sluice.sync.Remote.Source;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether an image is signed, as {@code onlySigned} wants it; by whom is not looked at. */
final class Signatures {
  /** What cosign and notation enter as referrers of what they signed. */
  private static final Set<String> TYPES =
      Set.of(
          "application/vnd.dev.cosign.artifact.sig.v1+json",
          "application/vnd.dev.cosign.simplesigning.v1+json",
          "application/vnd.cncf.notary.signature");

  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle";

  /** Tags by which cosign finds what belongs to an image, where there is no list of referrers. */
  private static final Pattern COMPANION =
      Pattern.compile("sha(256|512)-[0-9a-f]{64,128}(\\.(sig|att|sbom))?");

  private static final Pattern OF_IMAGE =
      Pattern.compile("(sha256|sha512)-([0-9a-f]+)\\.(?:sig|att|sbom)");

  private Signatures() {}

  /** Whether it is itself a signature or the like, which nobody signs. */
  static boolean isCompanion(Reference reference, Manifest manifest) {
    return manifest.subject().isPresent() || reference instanceof Tag tag && isCompanion(tag);
  }

  /** Whether the tag is one that cosign makes for what belongs to an image. */
  static boolean isCompanion(Tag tag) {
    return COMPANION.matcher(tag.value()).matches();
  }

  /** The image that a tag of cosign's says what it is of: {@code sha256-….sig} and the like. */
  static Optional<Digest> subject(Tag tag) {
    var parts = OF_IMAGE.matcher(tag.value());
    try {
      return parts.matches()
          ? Optional.of(Digest.parse(parts.group(1) + ":" + parts.group(2)))
          : Optional.empty();
    } catch (RegistryException _) {
      return Optional.empty();
    }
  }

  /** Asks the upstream; fails if that does. */
  static Future<Boolean> isSigned(Source source, Digest digest) {
    var upstream = source.remote().upstream();
    return upstream
        .referrers(source.repository(), digest)
        .map(referrers -> referrers.stream().anyMatch(Signatures::isSignature))
        .recover(Signatures::falseIfNotFound)
        .compose(
            signed ->
                signed
                    ? Future.succeededFuture(true)
                    : upstream
                        .head(source.repository(), signatureTag(digest))
                        .map(true)
                        .recover(Signatures::falseIfNotFound));
  }

  private static Future<Boolean> falseIfNotFound(Throwable cause) {
    return Failures.isNotFound(cause) ? Future.succeededFuture(false) : Future.failedFuture(cause);
  }

  private static boolean isSignature(Descriptor referrer) {
    return referrer
        .artifactType()
        .filter(type -> TYPES.contains(type) || type.startsWith(BUNDLE))
        .isPresent();
  }

  private static Tag signatureTag(Digest digest) {
    return new Tag(digest.algorithm().id() + "-" + digest.hex() + ".sig");
  }
}
