package io.sluice.api;

import io.sluice.config.AccessControlConfig.Action;
import io.sluice.events.Event;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Commands.BeginUpload;
import io.sluice.registry.Commands.CancelUpload;
import io.sluice.registry.Commands.FinishUpload;
import io.sluice.registry.Commands.LeaseUpload;
import io.sluice.registry.Commands.MountBlob;
import io.sluice.registry.Commands.UploadOffset;
import io.sluice.upload.UploadHandle;
import io.sluice.upload.UploadId;
import io.sluice.upload.UploadWriter;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * {@code /v2/<name>/blobs/uploads/…}: how blobs come in (distribution specification, "Pushing
 * blobs").
 */
final class BlobUploads {
  private BlobUploads() {}

  /** POST: mounts, takes the whole blob at once, or opens a session. */
  static Future<Void> post(Exchange exchange, RepositoryName repository) {
    var mount = exchange.parameter("mount").filter(text -> !text.isEmpty());
    if (mount.isPresent()) {
      return mount(exchange, repository, Digest.parse(mount.get()));
    }
    var digest = exchange.parameter("digest");
    return digest.isPresent()
        ? takeWhole(exchange, repository, Digest.parse(digest.get()))
        : begin(exchange, repository);
  }

  private static Future<Void> begin(Exchange exchange, RepositoryName repository) {
    return exchange
        .ask(new BeginUpload(repository, exchange.actor(), algorithm(exchange)))
        .compose(
            id -> {
              UploadEvents.publish(exchange, repository, id, Event.Stage.STARTED, 0);
              return respond(exchange, 202, repository, id, 0);
            });
  }

  /**
   * A client that will finish with another digest than sha256 may say so ({@code
   * digest-algorithm}); else the bytes are read again.
   */
  private static Digest.Algorithm algorithm(Exchange exchange) {
    return exchange.parameter("digest-algorithm").filter("sha512"::equals).isPresent()
        ? Digest.Algorithm.SHA512
        : Digest.Algorithm.SHA256;
  }

  private static Future<Void> mount(Exchange exchange, RepositoryName repository, Digest digest) {
    var from =
        exchange.parameter("from").filter(text -> !text.isEmpty()).map(RepositoryName::parse);
    return exchange
        .ask(new MountBlob(repository, digest, from, readable(exchange)))
        .compose(
            mounted -> {
              if (!mounted) {
                return begin(exchange, repository);
              }
              exchange.publish(occasion -> new Event.Mounted(occasion, repository, digest, from));
              return created(exchange, repository, digest);
            });
  }

  private static Future<Void> takeWhole(
      Exchange exchange, RepositoryName repository, Digest digest) {
    return exchange
        .ask(new BeginUpload(repository, exchange.actor(), digest.algorithm()))
        .compose(
            id -> {
              UploadEvents.publish(exchange, repository, id, Event.Stage.STARTED, 0);
              return exchange
                  .ask(new LeaseUpload(handle(exchange, repository, id)))
                  .compose(
                      writer -> receive(exchange, repository, writer, exchange.body().announced()))
                  .onFailure(cause -> UploadEvents.failed(exchange, repository, id, 0, cause))
                  .compose(_ -> finish(exchange, repository, id, digest))
                  // There is no session that the client could take up again.
                  .onFailure(_ -> exchange.ask(new CancelUpload(handle(exchange, repository, id))));
            });
  }

  /** GET: how far the upload is. */
  static Future<Void> get(Exchange exchange, RepositoryName repository, UploadId id) {
    return exchange
        .ask(new UploadOffset(handle(exchange, repository, id)))
        .compose(offset -> respond(exchange, 204, repository, id, offset));
  }

  /** PATCH: a chunk, or a stream of unknown length. */
  static Future<Void> patch(Exchange exchange, RepositoryName repository, UploadId id) {
    return append(exchange, repository, id)
        .compose(offset -> respond(exchange, 202, repository, id, offset));
  }

  /** PUT: perhaps a last chunk, and the digest. */
  static Future<Void> put(Exchange exchange, RepositoryName repository, UploadId id) {
    var digest =
        Digest.parse(
            exchange
                .parameter("digest")
                .orElseThrow(
                    () ->
                        new RegistryException(
                            new RegistryError.DigestInvalid(
                                "", "the query parameter digest is missing"))));
    var received =
        exchange.body().announced() == 0
            ? Future.succeededFuture(0L)
            : append(exchange, repository, id);
    return received.compose(_ -> finish(exchange, repository, id, digest));
  }

  static Future<Void> delete(Exchange exchange, RepositoryName repository, UploadId id) {
    return exchange
        .ask(new CancelUpload(handle(exchange, repository, id)))
        .compose(
            _ -> {
              UploadEvents.failed(exchange, repository, id, 0, "cancelled by the client");
              return exchange.end(204);
            });
  }

  /** Writes the body to the upload, if it starts where that stands; answers the new offset. */
  private static Future<Long> append(Exchange exchange, RepositoryName repository, UploadId id) {
    var chunk = Ranges.parseChunk(exchange.request().getHeader(HttpHeaders.CONTENT_RANGE));
    return exchange
        .ask(new LeaseUpload(handle(exchange, repository, id)))
        .compose(
            writer -> {
              var misfit = misfit(exchange, writer, chunk);
              return misfit.isPresent()
                  ? writer
                      .release()
                      .transform(
                          _ ->
                              Future.failedFuture(
                                  outOfOrder(exchange, repository, id, writer, misfit.get())))
                  : receive(
                      exchange,
                      repository,
                      writer,
                      chunk.map(Ranges.Chunk::length).orElse(exchange.body().announced()));
            });
  }

  /** What is wrong with a chunk, seen before its first byte is read. */
  private static Optional<RegistryError> misfit(
      Exchange exchange, UploadWriter writer, Optional<Ranges.Chunk> chunk) {
    if (chunk.isEmpty()) {
      return Optional.empty();
    }
    long announced = exchange.body().announced();
    if (chunk.get().first() != writer.received()) {
      return Optional.of(
          new RegistryError.ChunkOutOfOrder(
              writer.id().value(), writer.received(), chunk.get().first()));
    }
    return announced >= 0 && announced != chunk.get().length()
        ? Optional.of(new RegistryError.SizeMismatch(chunk.get().length(), announced))
        : Optional.empty();
  }

  private static RegistryException outOfOrder(
      Exchange exchange,
      RepositoryName repository,
      UploadId id,
      UploadWriter writer,
      RegistryError error) {
    describe(exchange, repository, id, writer.received());
    return new RegistryException(error);
  }

  /** Pipes the body into the upload; what arrived of it counts, also when the rest doesn't come. */
  private static Future<Long> receive(
      Exchange exchange, RepositoryName repository, UploadWriter writer, long expected) {
    var progress = UploadEvents.watch(exchange, repository, writer);
    return writer
        .open(expected)
        .compose(_ -> exchange.body().writeTo(writer, expected))
        .transform(
            result ->
                writer
                    .release()
                    .compose(
                        offset ->
                            result.succeeded()
                                ? Future.succeededFuture(offset)
                                : Future.failedFuture(
                                    stopped(exchange, repository, writer, result.cause()))))
        .onComplete(_ -> progress.stop());
  }

  /** After a part of a body came: the answer says how far the upload is. */
  private static Throwable stopped(
      Exchange exchange, RepositoryName repository, UploadWriter writer, Throwable cause) {
    if (RegistryException.says(cause, RegistryError.SizeMismatch.class)) {
      describe(exchange, repository, writer.id(), writer.received());
    }
    return cause;
  }

  private static Future<Void> finish(
      Exchange exchange, RepositoryName repository, UploadId id, Digest digest) {
    return exchange
        .ask(new FinishUpload(handle(exchange, repository, id), digest))
        .onFailure(cause -> UploadEvents.failed(exchange, repository, id, 0, cause))
        .compose(
            size -> {
              UploadEvents.finished(exchange, repository, id, size, digest);
              return created(exchange, repository, digest);
            });
  }

  /** Whoever may not read a repository must not learn from a mount what is in it. */
  private static Predicate<RepositoryName> readable(Exchange exchange) {
    var policy = exchange.inForce().access().policy();
    var caller = exchange.caller();
    return name -> policy.allows(caller, Action.READ, name);
  }

  private static UploadHandle handle(Exchange exchange, RepositoryName repository, UploadId id) {
    return new UploadHandle(repository, id, exchange.actor());
  }

  private static Future<Void> created(Exchange exchange, RepositoryName repository, Digest digest) {
    exchange.concerns(digest);
    exchange
        .response()
        .putHeader(
            HttpHeaders.LOCATION, exchange.location("/v2/" + repository + "/blobs/" + digest))
        .putHeader(Headers.CONTENT_DIGEST, digest.toString());
    return exchange.end(201);
  }

  private static Future<Void> respond(
      Exchange exchange, int status, RepositoryName repository, UploadId id, long offset) {
    describe(exchange, repository, id, offset);
    return exchange.end(status);
  }

  /** Where the upload is and how far; of an empty one Docker expects {@code 0-0}. */
  private static void describe(
      Exchange exchange, RepositoryName repository, UploadId id, long offset) {
    exchange
        .response()
        .putHeader(
            HttpHeaders.LOCATION, exchange.location("/v2/" + repository + "/blobs/uploads/" + id))
        .putHeader(Headers.RANGE, "0-" + Math.max(0, offset - 1))
        .putHeader(Headers.UPLOAD_UUID, id.value());
  }
}
