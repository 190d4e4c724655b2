package io.sluice.sync.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.oci.Digest;
import io.sluice.oci.Digest.Algorithm;
import io.sluice.oci.MediaTypes;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.Optional;
import java.util.Set;

/** What is asked for manifests. Confined to one context. */
final class ManifestRequests {

  private static final CharSequence ACCEPT =
      HttpHeaders.createOptimized(
          String.join(
              ", ",
              MediaTypes.OCI_INDEX,
              MediaTypes.OCI_MANIFEST,
              MediaTypes.DOCKER_LIST,
              MediaTypes.DOCKER_MANIFEST));

  /** Types that say nothing of what it is: then its own word counts. */
  private static final Set<String> VAGUE =
      Set.of("", "application/json", "application/octet-stream", "text/plain");

  private ManifestRequests() {}

  static Future<RemoteManifest> get(
      UpstreamHost host, String repository, Reference reference, int maxSize) {
    return host.repository(repository)
        .compose(
            name ->
                host.ask(
                    ask(HttpMethod.GET, name, reference),
                    answer -> read(host.failures(), answer, reference, maxSize)));
  }

  static Future<RemoteHead> head(UpstreamHost host, String repository, Reference reference) {
    return host.repository(repository)
        .compose(
            name ->
                host.ask(
                    ask(HttpMethod.HEAD, name, reference),
                    answer -> {
                      answer.drop();
                      return isPage(answer)
                          ? Future.failedFuture(page(host.failures()))
                          : Future.succeededFuture(
                              new RemoteHead(
                                  promised(answer), answer.mediaType(), answer.length()));
                    }));
  }

  private static Ask ask(HttpMethod method, String repository, Reference reference) {
    return Ask.of(method, repository, "/manifests/" + reference, "manifest " + reference)
        .with(HttpHeaders.ACCEPT, ACCEPT);
  }

  private static Future<RemoteManifest> read(
      Failures failures, Answer answer, Reference reference, int maxSize) {
    if (isPage(answer) || answer.isEncoded()) {
      answer.drop();
      return Future.failedFuture(
          isPage(answer) ? page(failures) : failures.lying("sends a compressed manifest"));
    }
    var promised = promised(answer);
    var asked = reference instanceof Digest digest ? Optional.of(digest) : promised;
    return answer.read(
        maxSize, bytes -> verified(failures, answer, reference, asked, promised, bytes));
  }

  private static RemoteManifest verified(
      Failures failures,
      Answer answer,
      Reference reference,
      Optional<Digest> asked,
      Optional<Digest> promised,
      Buffer bytes) {
    var json =
        Json.object(bytes)
            .orElseThrow(
                () -> failures.lying("sends something for " + reference + " that is no manifest"));
    var algorithm = asked.map(Digest::algorithm).orElse(Algorithm.SHA256);
    var digest = Digest.of(algorithm, bytes.getBytes());
    requireEqual(failures, asked, digest);
    requireEqual(failures, promised, digest);
    var told = answer.mediaType();
    return new RemoteManifest(digest, VAGUE.contains(told) ? ownType(json) : told, bytes);
  }

  private static void requireEqual(Failures failures, Optional<Digest> wanted, Digest digest) {
    if (wanted
        .filter(it -> it.algorithm() == digest.algorithm() && !it.equals(digest))
        .isPresent()) {
      throw failures.lying("sends the manifest " + digest + " for " + wanted.get());
    }
  }

  private static String ownType(JsonNode json) {
    var own = json.path("mediaType");
    if (own.isTextual()) {
      return own.textValue();
    }
    return json.has("manifests") ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST;
  }

  private static Optional<Digest> promised(Answer answer) {
    return answer
        .header("Docker-Content-Digest")
        .flatMap(
            text -> {
              try {
                return Optional.of(Digest.parse(text.strip()));
              } catch (RegistryException _) {
                return Optional.empty();
              }
            });
  }

  static boolean isPage(Answer answer) {
    return answer.mediaType().equals("text/html");
  }

  static UpstreamFailure page(Failures failures) {
    return failures.lying("sends a web page");
  }
}
