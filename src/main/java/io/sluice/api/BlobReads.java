package io.sluice.api;

import io.sluice.events.Event;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.ByteRange;
import io.sluice.registry.Commands.DeleteBlob;
import io.sluice.registry.Commands.OpenedBlob;
import io.sluice.registry.Commands.StatBlob;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;

/** {@code /v2/<name>/blobs/<digest>}: HEAD, GET with ranges, DELETE. */
final class BlobReads {
  private BlobReads() {}

  static Future<Void> head(Exchange exchange, RepositoryName repository, Digest digest) {
    // Whoever asks for the head of a blob may be about to push, and will skip it: see StatBlob.
    return exchange
        .inForce()
        .pull()
        .stat(exchange, repository, digest)
        .compose(
            size -> {
              if (isKnown(exchange, digest)) {
                return notModified(exchange, digest);
              }
              describe(exchange, digest);
              exchange.response().putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(size));
              return exchange.end(200);
            });
  }

  static Future<Void> get(Exchange exchange, RepositoryName repository, Digest digest) {
    if (isKnown(exchange, digest)) {
      return exchange
          .ask(new StatBlob(repository, digest, false))
          .compose(_ -> notModified(exchange, digest));
    }
    var range = range(exchange, digest);
    // Whoever asks for a range waits for a 206, also when it covers everything.
    boolean partial = !(range instanceof ByteRange.Whole);
    return exchange
        .inForce()
        .pull()
        .open(exchange, repository, digest, range)
        .compose(
            opened ->
                switch (opened) {
                  case OpenedBlob.Here blob -> send(exchange, repository, digest, blob, partial);
                  case OpenedBlob.Elsewhere blob -> redirect(exchange, repository, digest, blob);
                });
  }

  private static ByteRange range(Exchange exchange, Digest digest) {
    var condition = exchange.request().getHeader(Headers.IF_RANGE);
    return condition == null || condition.equals(etag(digest))
        ? Ranges.parse(exchange.request().getHeader(Headers.RANGE))
        : new ByteRange.Whole();
  }

  private static Future<Void> send(
      Exchange exchange,
      RepositoryName repository,
      Digest digest,
      OpenedBlob.Here blob,
      boolean partial) {
    var response = exchange.response();
    if (response.closed()) {
      blob.content().close();
      return Future.succeededFuture();
    }
    long length = blob.content().length();
    describe(exchange, digest);
    response.setStatusCode(partial ? 206 : 200);
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
    if (partial) {
      long last = blob.offset() + length - 1;
      response.putHeader(
          HttpHeaders.CONTENT_RANGE, "bytes " + blob.offset() + "-" + last + "/" + blob.size());
    }
    exchange.body().discard();
    return ContentSender.send(exchange, blob.content())
        .onSuccess(_ -> pulled(exchange, repository, digest, length));
  }

  /** The bytes come from the store, so that they were asked for is all that we'll know of it. */
  private static Future<Void> redirect(
      Exchange exchange, RepositoryName repository, Digest digest, OpenedBlob.Elsewhere blob) {
    exchange
        .response()
        .putHeader(HttpHeaders.LOCATION, blob.url().toString())
        .putHeader(Headers.CONTENT_DIGEST, digest.toString())
        // The URL is for this client, and for some minutes.
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    return exchange.end(307).onSuccess(_ -> pulled(exchange, repository, digest, blob.size()));
  }

  private static void pulled(
      Exchange exchange, RepositoryName repository, Digest digest, long length) {
    exchange.publish(
        occasion ->
            new Event.Pulled(
                occasion,
                repository,
                digest,
                digest,
                Headers.OCTETS.toString(),
                length,
                exchange.elapsed()));
  }

  static Future<Void> delete(Exchange exchange, RepositoryName repository, Digest digest) {
    return exchange
        .ask(new DeleteBlob(repository, digest))
        .compose(
            _ -> {
              exchange.concerns(digest);
              exchange.publish(
                  occasion ->
                      new Event.Deleted(occasion, repository, Event.Target.BLOB, digest, digest));
              return exchange.end(202);
            });
  }

  private static void describe(Exchange exchange, Digest digest) {
    // What somebody had to log in for is not for a cache that others share.
    var cacheable =
        exchange.caller().isAnonymous() ? "max-age=31536000" : "private, max-age=31536000";
    exchange
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, Headers.OCTETS)
        .putHeader(Headers.CONTENT_DIGEST, digest.toString())
        .putHeader(HttpHeaders.ETAG, etag(digest))
        .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes")
        // Content by digest never changes.
        .putHeader(HttpHeaders.CACHE_CONTROL, cacheable);
  }

  /** Whether the client has this content already ({@code If-None-Match}, RFC 9110, 13.1.2). */
  static boolean isKnown(Exchange exchange, Digest digest) {
    var header = exchange.request().getHeader(HttpHeaders.IF_NONE_MATCH);
    if (header == null) {
      return false;
    }
    for (var candidate : header.split(",")) {
      var tag = candidate.strip();
      var strong = tag.startsWith("W/") ? tag.substring(2) : tag;
      if (strong.equals("*") || strong.equals(etag(digest)) || strong.equals(digest.toString())) {
        return true;
      }
    }
    return false;
  }

  static Future<Void> notModified(Exchange exchange, Digest digest) {
    exchange
        .response()
        .putHeader(HttpHeaders.ETAG, etag(digest))
        .putHeader(Headers.CONTENT_DIGEST, digest.toString());
    return exchange.end(304);
  }

  static String etag(Digest digest) {
    return "\"" + digest + "\"";
  }
}
