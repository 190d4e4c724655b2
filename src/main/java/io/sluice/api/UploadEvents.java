package io.sluice.api;

import io.sluice.events.Event;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.upload.UploadId;
import io.sluice.upload.UploadWriter;
import java.util.Optional;

/** Tells how uploads go. */
final class UploadEvents {
  private UploadEvents() {}

  /** Stops what was begun by {@link #watch}. */
  interface Watch {
    void stop();
  }

  /**
   * Tells of progress while a request's body comes in, at most once in the configured interval, and
   * only when there was some.
   */
  static Watch watch(Exchange exchange, RepositoryName repository, UploadWriter writer) {
    var told = new long[] {writer.received()};
    long timer =
        exchange
            .vertx()
            .setPeriodic(
                exchange.settings().progressInterval().toMillis(),
                _ -> {
                  if (writer.received() > told[0]) {
                    told[0] = writer.received();
                    publish(exchange, repository, writer.id(), Event.Stage.PROGRESS, told[0]);
                  }
                });
    return () -> exchange.vertx().cancelTimer(timer);
  }

  static void publish(
      Exchange exchange, RepositoryName repository, UploadId id, Event.Stage stage, long received) {
    publish(exchange, repository, id, stage, received, Optional.empty(), Optional.empty());
  }

  static void finished(
      Exchange exchange, RepositoryName repository, UploadId id, long size, Digest digest) {
    publish(
        exchange,
        repository,
        id,
        Event.Stage.FINISHED,
        size,
        Optional.of(digest),
        Optional.empty());
  }

  static void failed(
      Exchange exchange, RepositoryName repository, UploadId id, long received, Throwable cause) {
    failed(exchange, repository, id, received, String.valueOf(cause.getMessage()));
  }

  static void failed(
      Exchange exchange, RepositoryName repository, UploadId id, long received, String error) {
    publish(
        exchange,
        repository,
        id,
        Event.Stage.FAILED,
        received,
        Optional.empty(),
        Optional.of(error));
  }

  private static void publish(
      Exchange exchange,
      RepositoryName repository,
      UploadId id,
      Event.Stage stage,
      long received,
      Optional<Digest> digest,
      Optional<String> error) {
    exchange.publish(
        occasion ->
            new Event.UploadProgress(
                occasion,
                repository,
                id.value(),
                stage,
                received,
                digest,
                exchange.elapsed(),
                error));
  }
}
