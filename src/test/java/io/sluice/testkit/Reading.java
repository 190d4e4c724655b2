package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The body of an answer, read at the pace of the test. */
public final class Reading implements AutoCloseable {
  private final String what;
  private final InputStream body;

  Reading(String what, InputStream body) {
    this.what = what;
    this.body = body;
  }

  /** So many bytes, as soon as they have come; fewer only at the end. */
  public byte[] next(int length) {
    try {
      return body.readNBytes(length);
    } catch (IOException e) {
      throw new UncheckedIOException(what + " was cut", e);
    }
  }

  /** All that is left. */
  public byte[] rest() {
    return next(Integer.MAX_VALUE);
  }

  /** It ends before its time, so that nobody can take it for complete. */
  public void isCut() {
    assertThatThrownBy(body::readAllBytes).as(what).isInstanceOf(IOException.class);
  }

  /** Goes away. */
  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      throw new UncheckedIOException(what, e);
    }
  }
}
