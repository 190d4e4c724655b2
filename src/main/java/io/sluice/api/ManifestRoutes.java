package io.sluice.api;

import io.sluice.config.AccessControlConfig.Action;
import io.sluice.events.Event;
import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.DeleteManifest;
import io.sluice.registry.Commands.PutManifest;
import io.sluice.registry.TagRights;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import java.util.List;

/** {@code /v2/<name>/manifests/<reference>}. */
final class ManifestRoutes {
  /**
   * So many tags may come with one push by digest ({@code ?tag=}); beyond, the URL would be too
   * long for others anyway.
   */
  private static final int MAX_TAGS = 46;

  private ManifestRoutes() {}

  /**
   * GET and HEAD: the manifest as it was pushed; what the client accepts is not compared, since
   * nothing is converted.
   */
  static Future<Void> get(Exchange exchange, RepositoryName repository, Reference reference) {
    return exchange
        .inForce()
        .pull()
        .manifest(exchange, repository, reference)
        .compose(
            manifest -> {
              if (BlobReads.isKnown(exchange, manifest.digest())) {
                return BlobReads.notModified(exchange, manifest.digest());
              }
              exchange
                  .response()
                  .putHeader(Headers.CONTENT_DIGEST, manifest.digest().toString())
                  .putHeader(HttpHeaders.ETAG, BlobReads.etag(manifest.digest()));
              var sent = exchange.end(200, manifest.mediaType(), manifest.bytes());
              if (!exchange.isHead()) {
                sent.onSuccess(
                    _ ->
                        exchange.publish(
                            occasion ->
                                new Event.Pulled(
                                    occasion,
                                    repository,
                                    reference,
                                    manifest.digest(),
                                    manifest.mediaType(),
                                    manifest.bytes().length(),
                                    exchange.elapsed())));
              }
              return sent;
            });
  }

  static Future<Void> put(Exchange exchange, RepositoryName repository, Reference reference) {
    int limit = exchange.settings().maxManifestSize();
    var tags = furtherTags(exchange, reference);
    var contentType = exchange.request().getHeader(HttpHeaders.CONTENT_TYPE);
    return exchange
        .body()
        .collect(limit, new RegistryError.ManifestTooLarge(limit))
        .compose(
            bytes ->
                store(
                    exchange,
                    new PutManifest(
                        repository,
                        reference,
                        contentType == null ? "" : contentType,
                        bytes,
                        tags,
                        exchange.actor(),
                        rights(exchange, repository))));
  }

  /** One of the two the client has, or it had not come here. */
  static TagRights rights(Exchange exchange, RepositoryName repository) {
    if (!exchange.may(Action.UPDATE, repository)) {
      return TagRights.CREATE;
    }
    return exchange.may(Action.CREATE, repository) ? TagRights.BOTH : TagRights.UPDATE;
  }

  private static Future<Void> store(Exchange exchange, PutManifest command) {
    return exchange
        .ask(command)
        .compose(
            stored -> {
              exchange.concerns(stored.digest());
              var response = exchange.response();
              response.putHeader(
                  HttpHeaders.LOCATION,
                  exchange.location(
                      "/v2/" + command.repository() + "/manifests/" + stored.digest()));
              response.putHeader(Headers.CONTENT_DIGEST, stored.digest().toString());
              stored
                  .subject()
                  .ifPresent(
                      subject -> response.putHeader(Headers.OCI_SUBJECT, subject.toString()));
              command.tags().forEach(tag -> response.headers().add(Headers.OCI_TAG, tag.value()));
              exchange.publish(
                  occasion ->
                      new Event.Pushed(
                          occasion,
                          command.repository(),
                          command.reference(),
                          stored.digest(),
                          stored.mediaType(),
                          command.bytes().length(),
                          exchange.elapsed()));
              return exchange.end(201);
            });
  }

  private static List<Tag> furtherTags(Exchange exchange, Reference reference) {
    var tags = exchange.parameters("tag").stream().map(Tag::parse).distinct().toList();
    if (tags.size() > MAX_TAGS) {
      throw new RegistryException(
          new RegistryError.RequestInvalid("tag", tags.size() + " tags", "at most " + MAX_TAGS));
    }
    if (!tags.isEmpty() && reference instanceof Tag tag) {
      throw new RegistryException(
          new RegistryError.RequestInvalid(
              "tag", tag.value(), "further tags come with a push by digest"));
    }
    return tags;
  }

  static Future<Void> delete(Exchange exchange, RepositoryName repository, Reference reference) {
    boolean refuseCollision = exchange.may(Action.DETECT_MANIFEST_COLLISION, repository);
    return exchange
        .ask(new DeleteManifest(repository, reference, refuseCollision))
        .compose(
            digest -> {
              exchange.concerns(digest);
              var target = reference instanceof Digest ? Event.Target.MANIFEST : Event.Target.TAG;
              exchange.publish(
                  occasion -> new Event.Deleted(occasion, repository, target, reference, digest));
              return exchange.end(202);
            });
  }
}
