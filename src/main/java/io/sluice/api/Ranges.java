package io.sluice.api;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.registry.ByteRange;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The ranges of requests: {@code Range} of a download (RFC 9110, 14.2) and {@code Content-Range} of
 * a chunk, which the distribution specification writes differently.
 */
final class Ranges {
  private static final Pattern SINGLE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
  private static final Pattern CHUNK =
      Pattern.compile("(?:bytes[ =])?(\\d{1,18})-(\\d{1,18})(?:/(?:\\d{1,18}|\\*))?");

  private Ranges() {}

  /** A chunk of an upload: the offsets of its first and last byte. */
  record Chunk(long first, long last) {
    long length() {
      return last - first + 1;
    }
  }

  /**
   * What a {@code Range} header asks for. What can't be read, and several ranges at once, mean
   * everything, as the RFC allows.
   */
  static ByteRange parse(@Nullable String header) {
    if (header == null) {
      return new ByteRange.Whole();
    }
    var match = SINGLE.matcher(header.strip());
    if (!match.matches()) {
      return new ByteRange.Whole();
    }
    var first = match.group(1);
    var last = match.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? new ByteRange.Whole() : new ByteRange.Suffix(Long.parseLong(last));
    }
    if (last.isEmpty()) {
      return new ByteRange.From(Long.parseLong(first));
    }
    long from = Long.parseLong(first);
    long to = Long.parseLong(last);
    return to < from ? new ByteRange.Whole() : new ByteRange.Between(from, to);
  }

  /** The {@code Content-Range} of a chunk: {@code <first>-<last>}, both inclusive. */
  static Optional<Chunk> parseChunk(@Nullable String header) {
    if (header == null) {
      return Optional.empty();
    }
    var match = CHUNK.matcher(header.strip());
    if (!match.matches()) {
      throw invalid(header);
    }
    var chunk = new Chunk(Long.parseLong(match.group(1)), Long.parseLong(match.group(2)));
    if (chunk.last < chunk.first) {
      throw invalid(header);
    }
    return Optional.of(chunk);
  }

  private static RegistryException invalid(String header) {
    return new RegistryException(
        new RegistryError.UploadInvalid(
            "Content-Range is <first>-<last>, both inclusive, not '" + header + "'"));
  }
}
