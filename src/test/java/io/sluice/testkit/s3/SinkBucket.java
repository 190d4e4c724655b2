package io.sluice.testkit.s3;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a {@link SinkS3} remembers of a bucket. Safe for all threads. */
final class SinkBucket {
  private final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();
  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();
  private final int keep;

  /**
   * @param keep content of up to so many bytes is kept
   */
  SinkBucket(int keep) {
    this.keep = keep;
  }

  /**
   * An object, or a part of one.
   *
   * @param content null when it was thrown away
   * @param crc the CRC32C that the client named, in Base64; empty without
   */
  record Stored(
      long size, String etag, Instant modified, @Nullable Buffer content, Optional<String> crc) {}

  /** A multipart upload that is neither completed nor aborted. */
  record Upload(String id, String key, Instant begun, NavigableMap<Integer, Stored> parts) {}

  /**
   * A page of a list.
   *
   * @param next after which the next page begins, if there is one
   */
  record Page(
      List<Map.Entry<String, Stored>> objects, List<String> folders, Optional<String> next) {}

  /** Receives what is to be stored. */
  Body receive() {
    return new Body();
  }

  /** Content on its way in. Confined to one event loop. */
  final class Body {
    private @Nullable Buffer kept = Buffer.buffer();
    private long size;

    void add(Buffer bytes) {
      size += bytes.length();
      if (kept != null) {
        kept = size > keep ? null : kept.appendBuffer(bytes);
      }
    }

    Stored stored(Optional<String> crc) {
      return new Stored(size, newTag(), Instant.now(), kept, crc);
    }
  }

  void put(String key, Stored object) {
    objects.put(key, object);
  }

  @Nullable Stored get(String key) {
    return objects.get(key);
  }

  void delete(String key) {
    objects.remove(key);
  }

  /**
   * Lists in the order of the keys.
   *
   * @param delimiter empty for none
   * @param after a key or folder, which is not listed; empty for none
   */
  Page list(String prefix, String delimiter, String after, int most) {
    var found = new ArrayList<Map.Entry<String, Stored>>();
    var folders = new ArrayList<String>();
    String last = after;
    var from = after.compareTo(prefix) >= 0 ? after : prefix;
    var at = after.compareTo(prefix) >= 0 ? objects.higherEntry(from) : objects.ceilingEntry(from);
    while (at != null && at.getKey().startsWith(prefix)) {
      int end = delimiter.isEmpty() ? -1 : at.getKey().indexOf(delimiter, prefix.length());
      var folder = end < 0 ? "" : at.getKey().substring(0, end + delimiter.length());
      boolean listed = !folder.isEmpty() && folder.equals(last);
      if (!listed && found.size() + folders.size() >= most) {
        return new Page(found, folders, most > 0 ? Optional.of(last) : Optional.empty());
      }
      if (folder.isEmpty()) {
        found.add(at);
        last = at.getKey();
        at = objects.higherEntry(at.getKey());
      } else {
        if (!listed) {
          folders.add(folder);
        }
        last = folder;
        // Past all that the folder has.
        at = objects.ceilingEntry(folder + Character.MAX_VALUE);
      }
    }
    return new Page(found, folders, Optional.empty());
  }

  Upload begin(String key) {
    var upload =
        new Upload(
            "upload-" + ids.incrementAndGet(), key, Instant.now(), new ConcurrentSkipListMap<>());
    uploads.put(upload.id(), upload);
    return upload;
  }

  @Nullable Upload upload(String id) {
    return uploads.get(id);
  }

  List<Upload> uploads(String prefix) {
    return uploads.values().stream().filter(it -> it.key().startsWith(prefix)).toList();
  }

  void abort(Upload upload) {
    uploads.remove(upload.id());
  }

  /** Puts parts together, which must be there. */
  Stored complete(Upload upload, List<Integer> numbers) {
    var parts = new ArrayList<Stored>();
    for (int number : numbers) {
      parts.add(upload.parts().get(number));
    }
    long size = parts.stream().mapToLong(Stored::size).sum();
    var whole =
        new Stored(
            size,
            newTag() + "-" + parts.size(),
            Instant.now(),
            size > keep ? null : joined(parts),
            Optional.empty());
    objects.put(upload.key(), whole);
    uploads.remove(upload.id());
    return whole;
  }

  /**
   * A copy of a part of what is there.
   *
   * @param to inclusive
   */
  Stored copy(Stored source, long from, long to) {
    var content = source.content();
    return new Stored(
        to + 1 - from,
        newTag(),
        Instant.now(),
        content == null ? null : content.slice((int) from, (int) to + 1),
        Optional.empty());
  }

  /** Another one each time, as S3's differ when the content does. */
  private String newTag() {
    return HexFormat.of().toHexDigits(ids.incrementAndGet(), 16) + "0000000000000000";
  }

  private static @Nullable Buffer joined(List<Stored> parts) {
    var all = Buffer.buffer();
    for (var part : parts) {
      if (part.content() == null) {
        return null;
      }
      all.appendBuffer(part.content());
    }
    return all;
  }
}
