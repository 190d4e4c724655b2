package io.sluice.registry;

/**
 * The one range of bytes that a client asks for (RFC 9110, 14.1.2), not yet held against a size.
 */
public sealed interface ByteRange {

  /** From {@code first} to {@code last}, both inclusive. */
  record Between(long first, long last) implements ByteRange {}

  /** From {@code first} to the end. */
  record From(long first) implements ByteRange {}

  /** The last {@code length} bytes. */
  record Suffix(long length) implements ByteRange {}

  /** Everything. */
  record Whole() implements ByteRange {}

  /**
   * The part of a blob of {@code size} bytes that this is; empty (of length -1) when none of it
   * lies within.
   */
  default Slice of(long size) {
    return switch (this) {
      case Whole _ -> new Slice(0, size);
      case Between(long first, long last) ->
          first >= size ? Slice.NONE : new Slice(first, Math.min(last, size - 1) - first + 1);
      case From(long first) -> first >= size ? Slice.NONE : new Slice(first, size - first);
      case Suffix(long length) ->
          length == 0 || size == 0
              ? Slice.NONE
              : new Slice(Math.max(0, size - length), Math.min(length, size));
    };
  }

  /** Bytes of a blob. */
  record Slice(long offset, long length) {
    static final Slice NONE = new Slice(0, -1);

    public boolean isSatisfiable() {
      return length >= 0;
    }
  }
}
