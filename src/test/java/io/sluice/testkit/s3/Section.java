package io.sluice.testkit.s3;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Some of a {@link Piece}, opened when it is first read. Confined to one thread. */
final class Section extends InputStream {
  private final Piece piece;
  private final long offset;
  private long left;
  private @Nullable InputStream open;

  Section(Piece piece, long offset, long length) {
    this.piece = piece;
    this.offset = offset;
    this.left = length;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    if (open == null) {
      open = piece.open(offset);
    }
    int read = open.read(into, from, (int) Math.min(length, left));
    if (read > 0) {
      left -= read;
    }
    return read;
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.close();
    }
    left = 0;
  }
}
