package io.sluice.oci;

/**
 * Media types that a registry has to tell apart (OCI image specification, "Media Types"; Docker's
 * image manifest v2).
 */
public final class MediaTypes {
  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  public static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  public static final String DOCKER_SCHEMA1 =
      "application/vnd.docker.distribution.manifest.v1+json";
  public static final String DOCKER_SCHEMA1_SIGNED =
      "application/vnd.docker.distribution.manifest.v1+prettyjws";

  /**
   * The config of an artifact that has none: {@code {}} (image specification, "Guidance for an
   * Empty Descriptor").
   */
  public static final String EMPTY = "application/vnd.oci.empty.v1+json";

  private MediaTypes() {}

  /** The type without parameters, in lower case: what stands before a {@code ;}. */
  public static String essence(String contentType) {
    int semicolon = contentType.indexOf(';');
    var type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    return type.strip().toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * Whether layers of this type are fetched from their {@code urls}, so that a registry need not
   * have them.
   */
  public static boolean isForeignLayer(String mediaType) {
    return mediaType.contains(".nondistributable.") || mediaType.contains(".foreign.");
  }
}
