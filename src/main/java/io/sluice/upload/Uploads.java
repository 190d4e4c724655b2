package io.sluice.upload;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.sluice.upload.PartWriter.Remembered;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All upload sessions of one store. Confined to the context of the storage verticle; a session that
 * is leased to a request is that request's until it is given back.
 */
public final class Uploads {
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

  /**
   * How long a request may stand still before its buffer is wanted back, when others wait for
   * memory.
   */
  private static final Duration STALL = Duration.ofSeconds(2);

  /**
   * How long a request may take to fill a buffer, however busily, when others wait for memory: a
   * part of 8 MiB in that time is less than a tenth of what any network gives.
   */
  private static final Duration SLOW = Duration.ofSeconds(10);

  /**
   * So many digests of parked sessions are remembered, some hundred bytes each; beyond, the bytes
   * are read again.
   */
  private static final int REMEMBERED_DIGESTS = 4096;

  /** So many failed removals are tried again; others are left to {@link #expire}. */
  private static final int UNDONE = 1000;

  /** How long a request waits for the one before it to let go of the upload. */
  private static final Duration TAKE_OVER = Duration.ofSeconds(10);

  /**
   * How uploads behave; see {@code sluice.uploads} in the configuration.
   *
   * @param window parts of one upload in flight at once
   * @param parkAfter a session without a request for so long is recorded in the store, and its
   *     memory freed
   * @param expireAfter a recorded session that nobody took up for so long is dropped
   * @param maxBlobSize in bytes
   */
  public record Settings(int window, Duration parkAfter, Duration expireAfter, long maxBlobSize) {}

  private final UploadResources resources;
  private final Settings settings;
  private final Map<UploadId, Entry> entries = new HashMap<>();
  private final Map<UploadId, Remembered> digests =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UploadId, Remembered> eldest) {
          return size() > REMEMBERED_DIGESTS;
        }
      };
  private final Deque<UploadSession> undone = new ArrayDeque<>();
  private final long timer;
  private boolean closed;

  /** A session in this process, and who has it. */
  private static final class Entry {
    final UploadSession session;
    @Nullable UploadWriter writer;
    @Nullable Promise<Void> inUse;
    long idleSince = System.nanoTime();

    Entry(UploadSession session) {
      this.session = session;
    }
  }

  public Uploads(
      Vertx vertx,
      ObjectStore store,
      MemoryBudget heads,
      MemoryBudget parts,
      WorkerExecutor hashing,
      Ulids ulids,
      Settings settings) {
    this.resources =
        new UploadResources(
            vertx,
            store,
            heads,
            parts,
            hashing,
            ulids,
            settings.window(),
            settings.maxBlobSize(),
            this::remember);
    this.settings = settings;
    this.timer = vertx.setPeriodic(1000, _ -> tick());
  }

  /** Begins a session, which is this owner's alone; nothing is stored by that. */
  public UploadId begin(RepositoryName repository, String owner, Digest.Algorithm algorithm) {
    refuseWhenClosed();
    var upload = new UploadHandle(repository, UploadId.random(), owner);
    entries.put(upload.id(), new Entry(new UploadSession(resources, upload, algorithm)));
    return upload.id();
  }

  /**
   * Leases a session to a request; one that has it now has to let go. Fails with {@link
   * RegistryError.UploadUnknown}.
   */
  public Future<UploadWriter> lease(UploadHandle upload) {
    refuseWhenClosed();
    return take(upload)
        .map(
            entry -> {
              var context = resources.vertx().getOrCreateContext();
              var writer =
                  new UploadWriter(
                      resources.vertx(),
                      entry.session,
                      () -> context.runOnContext(_ -> giveBack(entry)));
              entry.writer = writer;
              return writer;
            });
  }

  /** How many bytes a session has. */
  public Future<Long> offset(UploadHandle upload) {
    var entry = entries.get(upload.id());
    if (entry != null && entry.writer != null && entry.session.handle().equals(upload)) {
      return Future.succeededFuture(entry.writer.received());
    }
    return take(upload)
        .map(
            taken -> {
              giveBack(taken);
              return taken.session.received();
            });
  }

  /**
   * Ends a session's receiving; see {@link UploadSession#seal}. Whatever comes of it, the session
   * is gone afterwards; nobody else gets hold of it before the sealed upload has been used or
   * dropped, since what was verified must not be written to any more.
   */
  public Future<SealedUpload> seal(UploadHandle upload, Digest expected) {
    return take(upload)
        .compose(
            entry ->
                entry
                    .session
                    .seal(expected)
                    .onFailure(_ -> remove(entry))
                    .onSuccess(received -> received.onEnd(() -> remove(entry))));
  }

  /** Drops a session and what was stored of it. */
  public Future<Void> cancel(UploadHandle upload) {
    return take(upload).compose(entry -> entry.session.discard().onComplete(_ -> remove(entry)));
  }

  /** How many sessions are in this process's memory. */
  public int active() {
    return entries.size();
  }

  /**
   * Records all sessions in the store; requests that have one are cut off. None can be begun
   * afterwards.
   */
  public Future<Void> close() {
    closed = true;
    resources.vertx().cancelTimer(timer);
    var parked = new ArrayList<Future<?>>();
    for (var entry : List.copyOf(entries.values())) {
      parked.add(take(entry.session.handle()).compose(this::park));
    }
    return parked.isEmpty()
        ? Future.succeededFuture()
        : Future.join(parked).transform(_ -> Future.succeededFuture());
  }

  /**
   * Takes a session for one's own use: from the one who has it, or from the store where it is
   * parked. Who names another's doesn't disturb that.
   */
  private Future<Entry> take(UploadHandle upload) {
    var entry = entries.get(upload.id());
    if (entry == null) {
      return restore(upload);
    }
    if (!entry.session.handle().equals(upload)) {
      return unknown(upload.id());
    }
    if (entry.inUse == null) {
      entry.inUse = resources.promise();
      return Future.succeededFuture(entry);
    }
    if (entry.writer != null) {
      entry.writer.revoke();
    }
    return entry
        .inUse
        .future()
        .timeout(TAKE_OVER.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            _ ->
                Future.failedFuture(
                    new RegistryException(
                        new RegistryError.UploadInvalid(
                            "another request is busy with this upload"))))
        .compose(_ -> take(upload));
  }

  /** Called on the context of the storage verticle, where sessions are removed. */
  private void remember(UploadSession session) {
    if (undone.size() < UNDONE) {
      undone.add(session);
    }
  }

  /** One at a time: while the store is gone, that is enough to notice when it is back. */
  private Future<Void> removeUndone() {
    var session = undone.poll();
    return session == null
        ? Future.succeededFuture()
        : session.discard().compose(_ -> removeUndone());
  }

  private void giveBack(Entry entry) {
    entry.writer = null;
    entry.idleSince = System.nanoTime();
    if (entry.session.failure() == null) {
      release(entry);
    } else {
      entry
          .session
          .discard()
          .onFailure(e -> LOG.atWarn().setCause(e).log("a failed upload could not be removed"))
          .onComplete(_ -> remove(entry));
    }
  }

  private void remove(Entry entry) {
    entries.remove(entry.session.id());
    release(entry);
  }

  private static void release(Entry entry) {
    var waiting = entry.inUse;
    entry.inUse = null;
    if (waiting != null) {
      waiting.tryComplete();
    }
  }

  private Future<Entry> restore(UploadHandle upload) {
    var id = upload.id();
    return Listings.all(resources.store(), SessionRecord.prefix(id))
        .compose(
            records -> {
              if (entries.containsKey(id)) {
                return take(upload); // another request was quicker
              }
              if (records.isEmpty()) {
                return unknown(id);
              }
              return SessionRecords.read(resources, records.getLast())
                  .compose(read -> resume(upload, read, records));
            })
        .recover(
            cause -> cause instanceof ObjectNotFound ? unknown(id) : Future.failedFuture(cause));
  }

  private Future<Entry> resume(
      UploadHandle upload, SessionRecords.Read read, List<Listing.Entry> records) {
    var id = upload.id();
    if (!read.record().isOf(upload)) {
      return unknown(id);
    }
    var keys = records.stream().map(Listing.Entry::key).toList();
    return UploadSession.resume(resources, id, read, keys, digests.remove(id))
        .compose(
            session -> {
              var raced = entries.get(id);
              if (raced != null) {
                return take(upload);
              }
              var entry = new Entry(session);
              entry.inUse = resources.promise();
              entries.put(id, entry);
              return Future.succeededFuture(entry);
            });
  }

  private Future<Void> park(Entry entry) {
    var id = entry.session.id();
    return entry
        .session
        .park()
        .onSuccess(digest -> digest.ifPresent(it -> digests.put(id, it)))
        .onFailure(
            e ->
                LOG.atWarn()
                    .addKeyValue("upload", id)
                    .setCause(e)
                    .log("an upload could not be parked"))
        .<Void>mapEmpty()
        .onComplete(
            result -> {
              if (result.succeeded()) {
                remove(entry);
              } else if (closed && entry.session.failure() == null) {
                entry.session.dropMemory();
                remove(entry);
              } else {
                giveBack(entry); // to be tried again
              }
            });
  }

  /** Parks what nobody uses; called every second. Completes when that is done. */
  Future<Void> tick() {
    removeUndone().onFailure(e -> LOG.atDebug().setCause(e).log("it could not be removed yet"));
    long now = System.nanoTime();
    boolean contended = resources.parts().contended() || resources.heads().contended();
    var parked = new ArrayList<Future<?>>();
    for (var entry : List.copyOf(entries.values())) {
      if (entry.writer != null && contended) {
        entry.writer.relieveIfSlow(STALL, SLOW);
      } else if (entry.inUse == null) {
        // A session without a byte costs nothing to keep and nothing to lose: it is not worth a
        // record.
        boolean empty = entry.session.received() == 0;
        var patience = empty ? settings.expireAfter() : settings.parkAfter();
        if (now - entry.idleSince > patience.toNanos() || contended && !empty) {
          entry.inUse = resources.promise();
          if (empty) {
            remove(entry);
          } else {
            parked.add(park(entry));
          }
        }
      }
    }
    return parked.isEmpty()
        ? Future.succeededFuture()
        : Future.join(parked).transform(_ -> Future.succeededFuture());
  }

  /**
   * Drops what nobody will take up again: records older than {@link Settings#expireAfter}, with
   * their multipart writes, and multipart writes of that age without a record, which a crash left.
   *
   * @return how many were dropped
   */
  public Future<Integer> expire() {
    var sessions = new LinkedHashMap<UploadId, List<Listing.Entry>>();
    var kept = new HashSet<String>();
    var expired = new ArrayList<Listing.Entry>();
    var newest = new ArrayList<Listing.Entry>();
    return Listings.all(resources.store(), SessionRecord.PREFIX)
        .compose(
            records -> {
              for (var record : records) {
                SessionRecord.idOf(record.key())
                    .ifPresent(
                        id -> sessions.computeIfAbsent(id, _ -> new ArrayList<>()).add(record));
              }
              sessions.forEach(
                  (id, list) -> {
                    boolean old = list.getLast().age().compareTo(settings.expireAfter()) > 0;
                    if (old && !entries.containsKey(id)) {
                      expired.addAll(list);
                      newest.add(list.getLast());
                    } else {
                      list.forEach(
                          record ->
                              SessionRecord.dataOf(record.key())
                                  .map(DataId::key)
                                  .ifPresent(kept::add));
                    }
                  });
              return abortRecorded(newest);
            })
        .compose(_ -> resources.store().delete(expired.stream().map(Listing.Entry::key).toList()))
        .compose(_ -> resources.store().pendingMultiparts())
        .compose(
            pending -> {
              var aborts = new ArrayList<Future<?>>();
              for (var write : pending) {
                boolean inUse =
                    kept.contains(write.key())
                        || entries.values().stream()
                            .anyMatch(e -> e.session.dataId().key().equals(write.key()));
                if (!inUse && write.age().compareTo(settings.expireAfter()) > 0) {
                  aborts.add(
                      resources
                          .store()
                          .resumeMultipart(write.key(), write.multipartId(), List.of())
                          .abort());
                }
              }
              int dropped = expired.size() + aborts.size();
              return aborts.isEmpty()
                  ? Future.succeededFuture(dropped)
                  : Future.join(aborts).map(dropped);
            });
  }

  /**
   * Aborts what expired records name, one after the other: not every store lists all of its
   * multipart writes (MinIO doesn't).
   */
  private Future<Void> abortRecorded(List<Listing.Entry> records) {
    Future<Void> done = Future.succeededFuture();
    for (var entry : records) {
      done =
          done.compose(_ -> SessionRecords.read(resources, entry))
              .compose(read -> abort(read.record()))
              .recover(
                  cause -> {
                    // It stays for whoever lists them later, or for the store's own clearing.
                    LOG.atWarn()
                        .addKeyValue("record", entry.key())
                        .setCause(cause)
                        .log("an expired upload could not be aborted");
                    return Future.succeededFuture();
                  });
    }
    return done;
  }

  private Future<Void> abort(SessionRecord record) {
    return record.multipartId().isEmpty()
        ? Future.succeededFuture()
        : resources
            .store()
            .resumeMultipart(record.data().key(), record.multipartId().get(), record.parts())
            .abort();
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw new RegistryException(new RegistryError.ShuttingDown());
    }
  }

  private static <T> Future<T> unknown(UploadId id) {
    return Future.failedFuture(new RegistryException(new RegistryError.UploadUnknown(id.value())));
  }
}
