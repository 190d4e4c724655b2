package io.sluice.api;

import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.upload.UploadId;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What a path of {@code /v2} names (distribution specification, "Endpoints"). */
sealed interface Endpoint {

  /** The methods that it knows. */
  List<String> methods();

  /** end-1. */
  record Root() implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /** How it stands with the upstreams. */
  record SyncStatus() implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /** How it stands with the scrubs; a POST begins one. */
  record Scrub() implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "POST");
    }
  }

  /** How it stands with garbage collections, and the wish for one. */
  record GcStatus() implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD", "POST");
    }
  }

  /** What a collection would remove. */
  record GcPreview() implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "POST");
    }
  }

  /** Gives a tag a former value back. */
  record Restore() implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("POST");
    }
  }

  /** What tags named before. */
  record HistoryOf(RepositoryName repository) implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /** The list of repositories, as Docker's registry has it. */
  record Catalog() implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /** The list of extensions. */
  record Discover() implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /** end-2, end-10. */
  record Blob(RepositoryName repository, Digest digest) implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD", "DELETE");
    }
  }

  /** end-3, end-7, end-9. */
  record ManifestOf(RepositoryName repository, Reference reference) implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD", "PUT", "DELETE");
    }
  }

  /** end-4a, end-4b, end-11. */
  record NewUpload(RepositoryName repository) implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("POST");
    }
  }

  /** end-5, end-6, end-13, and the cancelling of an upload. */
  record UploadOf(RepositoryName repository, UploadId id) implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD", "PATCH", "PUT", "DELETE");
    }
  }

  /** end-8. */
  record Tags(RepositoryName repository) implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /** end-12. */
  record ReferrersOf(RepositoryName repository, Digest subject) implements Endpoint {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /**
   * Reads the path of a request as it was sent. Names are taken apart from the right, since a
   * repository may be called {@code a/blobs}. Fails with {@code PathUnknown}, or with what is wrong
   * with the name, digest, tag or upload.
   */
  static Endpoint parse(String path) {
    // Cut before decoding: an encoded slash never separates anything.
    var parts = Arrays.stream(path.split("/", -1)).map(part -> decode(part, path)).toList();
    int n = parts.size();
    if (n < 2 || !parts.get(1).equals("v2")) {
      throw unknown(path);
    }
    var rest = parts.subList(2, n);
    int count = rest.size();
    if (count == 0 || count == 1 && rest.getFirst().isEmpty()) {
      return new Root();
    }
    if (rest.equals(List.of("_catalog"))) {
      return new Catalog();
    }
    if (rest.getFirst().equals("_sluice")) {
      return ours(rest.subList(1, count), path);
    }
    if (rest.equals(List.of("_oci", "ext", "discover"))) {
      return new Discover();
    }
    var last = rest.getLast();
    if (count >= 4 && isAt(rest, 3, "blobs") && isAt(rest, 2, "uploads")) {
      return last.isEmpty()
          ? new NewUpload(name(rest, 3))
          : new UploadOf(name(rest, 3), UploadId.parse(last));
    }
    if (count >= 3 && isAt(rest, 2, "blobs") && last.equals("uploads")) {
      return new NewUpload(name(rest, 2));
    }
    if (count >= 3 && isAt(rest, 2, "tags") && last.equals("list")) {
      return new Tags(name(rest, 2));
    }
    if (count >= 3 && isAt(rest, 2, "blobs")) {
      return new Blob(name(rest, 2), Digest.parse(last));
    }
    if (count >= 3 && isAt(rest, 2, "manifests")) {
      return new ManifestOf(name(rest, 2), Reference.parse(last));
    }
    if (count >= 3 && isAt(rest, 2, "referrers")) {
      return new ReferrersOf(name(rest, 2), Digest.parse(last));
    }
    throw unknown(path);
  }

  private static Endpoint ours(List<String> rest, String path) {
    if (rest.size() > 1 && rest.getFirst().equals("history")) {
      return new HistoryOf(RepositoryName.parse(String.join("/", rest.subList(1, rest.size()))));
    }
    return switch (String.join("/", rest)) {
      case "sync" -> new SyncStatus();
      case "scrub" -> new Scrub();
      case "gc" -> new GcStatus();
      case "gc/preview" -> new GcPreview();
      case "restore" -> new Restore();
      default -> throw unknown(path);
    };
  }

  /** Whether the component so many from the right (1 is the last) is this one. */
  private static boolean isAt(List<String> parts, int fromRight, String text) {
    return parts.get(parts.size() - fromRight).equals(text);
  }

  private static RepositoryName name(List<String> parts, int without) {
    return RepositoryName.parse(String.join("/", parts.subList(0, parts.size() - without)));
  }

  private static String decode(String part, String path) {
    if (part.indexOf('%') < 0) {
      return part;
    }
    try {
      var decoded = URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
      if (decoded.indexOf('/') >= 0) {
        throw unknown(path);
      }
      return decoded;
    } catch (IllegalArgumentException e) {
      throw unknown(path);
    }
  }

  private static RegistryException unknown(String path) {
    return new RegistryException(new RegistryError.PathUnknown(path));
  }
}
