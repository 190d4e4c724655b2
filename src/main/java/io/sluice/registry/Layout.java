package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.ulid.Ulid;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The names of everything that is kept (design, "Storage: names are written once").
 *
 * <p>A component that begins with {@code _} can't be a repository's, so repositories may nest.
 * Where names of clients are listed, each is closed by {@code !}: that sorts before every character
 * of a name, so the order of the keys is the order of the names ({@code a-b} behind {@code a},
 * though {@code a-b/} sorts before {@code a/}), and a name can't be at once an object and another
 * name's folder.
 */
public final class Layout {
  static final String FORMAT = "format.json";

  /** The markers of the catalog. */
  public static final String CATALOG = "catalog/";

  /** Everything that repositories have. */
  public static final String REPOSITORIES = "repos/";

  /** Hints of where content can be shared from. */
  public static final String SHARING = "digests/";

  /** What collections leave for later ones. */
  public static final String COLLECTIONS = "gc/";

  private static final char CLOSE = '!';
  private static final char FROM_UPSTREAM = '!';

  private Layout() {}

  private static String repository(RepositoryName name) {
    return REPOSITORIES + name + "/";
  }

  private static String digest(Digest digest) {
    return digest.algorithm().id() + "/" + digest.hex();
  }

  private static String flat(Digest digest) {
    return digest.algorithm().id() + "-" + digest.hex();
  }

  /** Links of a repository to one blob; see {@link BlobLink} for what stands below. */
  public static String links(RepositoryName name, Digest blob) {
    return blobs(name) + digest(blob) + "/";
  }

  /** Which repository a link's key is of. */
  static Optional<RepositoryName> repositoryOfLink(String key) {
    int end = key.lastIndexOf("/_blobs/");
    if (!key.startsWith(REPOSITORIES) || end < REPOSITORIES.length()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new RepositoryName(key.substring(REPOSITORIES.length(), end)));
    } catch (IllegalArgumentException notALink) {
      return Optional.empty();
    }
  }

  /** Every link of a repository. */
  public static String blobs(RepositoryName name) {
    return repository(name) + "_blobs/";
  }

  /** What was pulled, and when: {@code <ulid>}, a list each. */
  public static String pulls(RepositoryName name) {
    return repository(name) + "_pulls/";
  }

  /** The former values of all tags of a repository. */
  public static String histories(RepositoryName name) {
    return repository(name) + "_history/";
  }

  /** The referrers of all manifests of a repository. */
  public static String allReferrers(RepositoryName name) {
    return repository(name) + "_referrers/";
  }

  /** Every manifest of a repository. */
  public static String manifests(RepositoryName name) {
    return repository(name) + "_manifests/";
  }

  /** The revisions of one manifest: {@code <ulid>} each; see {@link #quarantined}. */
  public static String revisions(RepositoryName name, Digest manifest) {
    return manifests(name) + digest(manifest) + "/";
  }

  /** Which manifest a revision's key is of. */
  static Optional<Digest> manifestOfRevision(String key) {
    var parts = key.split("/", -1);
    return parts.length < 4
        ? Optional.empty()
        : digestOf(parts[parts.length - 3], parts[parts.length - 2]);
  }

  /** Every tag of a repository, a folder each. */
  public static String tags(RepositoryName name) {
    return repository(name) + "_tags/";
  }

  /**
   * The values of one tag: {@code <ulid>-<alg>-<hex>}; the greatest counts. Those that were fetched
   * from an upstream have a {@code !} in front, which sorts before every ULID: so they count only
   * where no user has pushed the tag, in whatever order things happened.
   */
  public static String values(RepositoryName name, Tag tag) {
    return tags(name) + tag + CLOSE + "/";
  }

  /** The tag whose folder this is. */
  static Tag tagOfFolder(String folder) {
    int end = folder.length() - 2;
    return new Tag(folder.substring(folder.lastIndexOf('/', end) + 1, end));
  }

  /** Whether the name of a folder ends as those of tags do. */
  static boolean isClosed(String folder) {
    return !folder.isEmpty() && folder.charAt(folder.length() - 1) == CLOSE;
  }

  /** The tag that a value's key is of. */
  static Tag tagOfValue(String key) {
    return tagOfFolder(key.substring(0, key.lastIndexOf('/') + 1));
  }

  /** The values that a tag had. */
  public static String history(RepositoryName name, Tag tag) {
    return histories(name) + tag + CLOSE + "/";
  }

  /**
   * The manifests whose subject a digest is: {@code <ulid>-<alg>-<hex>}, the object being the
   * descriptor.
   */
  public static String referrers(RepositoryName name, Digest subject) {
    return allReferrers(name) + digest(subject) + "/";
  }

  /**
   * What users deleted of late, blobs and manifests: {@code <ulid>-<alg>-<hex>}; see {@link
   * Deletions}.
   */
  public static String deletions(RepositoryName name) {
    return repository(name) + "_deletions/";
  }

  /**
   * Where content may be shared from, with dedupe: {@code <ulid>-<dataId>-<size>}, the object being
   * the key of a link.
   */
  public static String sharing(Digest blob) {
    return SHARING + digest(blob) + "/";
  }

  /**
   * The marker of a repository in the catalog. A name of the greatest length needs no close, since
   * no other begins with it; and file systems take no longer one.
   */
  public static String catalog(RepositoryName name) {
    boolean longest = name.value().length() == RepositoryName.MAX_LENGTH;
    return longest ? CATALOG + name : CATALOG + name + CLOSE;
  }

  /** The repository whose marker this is. */
  static RepositoryName repositoryOfMarker(String key) {
    int end = key.charAt(key.length() - 1) == CLOSE ? key.length() - 1 : key.length();
    return new RepositoryName(key.substring(CATALOG.length(), end));
  }

  /** The API keys of a user, a folder each; see {@link ApiKeyFolder} for what stands below. */
  static String apiKeys(String user) {
    return "apikeys/"
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(user.getBytes(StandardCharsets.UTF_8))
        + "/";
  }

  /** An API key; the name tells the hash of its secret. */
  static String apiKey(ApiKeyRecord key) {
    return apiKeys(key.user()) + key.uuid() + "/" + ApiKeyFolder.KEY + key.hash();
  }

  /** Says when an API key was used; of several, the greatest counts. */
  static String apiKeyUsed(String user, String uuid, Ulid at) {
    return apiKeys(user) + uuid + "/" + ApiKeyFolder.USED + at;
  }

  /** The name of an object that says when, and which digest. */
  public static String stamped(Ulid ulid, Digest digest) {
    return ulid + "-" + flat(digest);
  }

  /** The same of a tag's value that was fetched from an upstream. */
  static String stampedFromUpstream(Ulid ulid, Digest digest) {
    return FROM_UPSTREAM + stamped(ulid, digest);
  }

  static boolean isFromUpstream(String name) {
    return !name.isEmpty() && name.charAt(0) == FROM_UPSTREAM;
  }

  /** The digest in the name of such an object. */
  static Optional<Digest> stampedDigest(String name) {
    var parts = name.split("-", -1);
    return parts.length != 3 ? Optional.empty() : digestOf(parts[1], parts[2]);
  }

  /** The time in the name of an object: what stands before the first hyphen, or all of it. */
  static Optional<Ulid> stamp(String name) {
    int start = isFromUpstream(name) ? 1 : 0;
    int hyphen = name.indexOf('-');
    var text = name.substring(start, hyphen < 0 ? name.length() : hyphen);
    return Ulid.isUlid(text) ? Optional.of(new Ulid(text)) : Optional.empty();
  }

  /**
   * The marker beside a link to a blob, or beside a manifest's revision, that hides it from clients
   * since it is damaged: {@code <ulid>-quarantined}.
   */
  public static String quarantined(String key) {
    int start = key.lastIndexOf('/') + 1;
    int hyphen = key.indexOf('-', start);
    return key.substring(0, hyphen < 0 ? key.length() : hyphen) + "-" + BlobLink.QUARANTINED;
  }

  /** The digest of two components; empty if they are none. */
  public static Optional<Digest> digestOf(String algorithm, String hex) {
    for (var known : Digest.Algorithm.values()) {
      if (known.id().equals(algorithm)) {
        try {
          return Optional.of(new Digest(known, hex));
        } catch (IllegalArgumentException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
