package io.sluice.upload;

import io.sluice.store.Listing;
import io.sluice.upload.MemoryBudget.Chunk;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of one session in the store: the newest counts, the ones before it go. Confined to
 * its session's context.
 */
final class SessionRecords {

  /** Holds the line of all but the largest uploads, which have a receipt of each part in it. */
  private static final int MOST_LINES = 32 << 10;

  private static final int LONGEST_LINE = 2 << 20;

  private final UploadResources resources;
  private final UploadId id;
  private final List<String> keys;

  SessionRecords(UploadResources resources, UploadId id, List<String> known) {
    this.resources = resources;
    this.id = id;
    this.keys = new ArrayList<>(known);
  }

  /** Where a tail lies: in a record, behind its line. */
  record Tail(String key, int offset, int length) {}

  /** What was read of a record: not its tail, which may be megabytes. */
  record Read(SessionRecord record, Tail tail) {}

  static Future<Read> read(UploadResources resources, Listing.Entry entry) {
    return start(resources, entry, MOST_LINES)
        .compose(
            start ->
                SessionRecord.lengthOfLine(start).isPresent() || start.length() == entry.size()
                    ? Future.succeededFuture(start)
                    : start(resources, entry, LONGEST_LINE))
        .map(start -> parse(entry, start));
  }

  private static Future<Buffer> start(UploadResources resources, Listing.Entry entry, int atMost) {
    var bytes = Buffer.buffer();
    return resources
        .store()
        .open(entry.key(), 0, Math.min(atMost, entry.size()))
        .compose(
            content ->
                Contents.forEach(
                    resources,
                    content,
                    piece -> {
                      var copy = new byte[piece.remaining()];
                      piece.get(copy);
                      bytes.appendBytes(copy);
                      return Future.succeededFuture();
                    }))
        .map(bytes);
  }

  private static Read parse(Listing.Entry entry, Buffer start) {
    try {
      int line =
          SessionRecord.lengthOfLine(start)
              .orElseThrow(() -> new IOException("it has no line of JSON"));
      var record = SessionRecord.parse(start.slice(0, line));
      if (line + record.tail() != entry.size()) {
        throw new IOException("the tail has not " + record.tail() + " bytes");
      }
      return new Read(record, new Tail(entry.key(), line, record.tail()));
    } catch (IOException e) {
      throw new IllegalStateException("the record of an upload is damaged: " + entry.key(), e);
    }
  }

  /** Writes a record with its tail; the buffers must not change until that is done. */
  Future<Tail> write(SessionRecord record, ByteBuffer... tail) {
    var key = SessionRecord.key(id, resources.ulids().next(), record.data());
    var before = List.copyOf(keys);
    keys.add(key);
    var line = record.line();
    var all = new ByteBuffer[tail.length + 1];
    all[0] = line;
    System.arraycopy(tail, 0, all, 1, tail.length);
    return resources
        .store()
        .put(key, all)
        .compose(_ -> before.isEmpty() ? Future.succeededFuture() : remove(before))
        .map(_ -> new Tail(key, line.remaining(), record.tail()));
  }

  /** Those that can't be removed now go with the next, or expire. */
  private Future<Void> remove(List<String> outdated) {
    return resources
        .store()
        .delete(outdated)
        .onSuccess(_ -> keys.removeAll(outdated))
        .otherwiseEmpty();
  }

  /** Reads a tail into memory that has room for it. */
  Future<Void> fetch(Tail tail, Chunk into) {
    return resources
        .store()
        .open(tail.key(), tail.offset(), tail.length())
        .compose(
            content ->
                Contents.forEach(
                    resources,
                    content,
                    piece -> {
                      into.append(piece);
                      return Future.succeededFuture();
                    }));
  }

  Future<Void> delete() {
    var all = List.copyOf(keys);
    return resources.store().delete(all).onSuccess(_ -> keys.removeAll(all));
  }
}
