package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTest {
  private static final byte[] RUN = new byte[16];

  @ParameterizedTest
  @ValueSource(longs = {32, 33, 65_536, 65_568, 1_048_608, 3_000_001})
  void theDigestIsThatOfTheBytesThatAreSent(long size) {
    var blob = new Content(size, RUN).next();
    var bytes = bytesOf(blob);

    assertThat(bytes).hasSize((int) size);
    assertThat(blob.size()).isEqualTo(size);
    assertThat(blob.digest()).isEqualTo(Digest.sha256(bytes));
  }

  @Test
  void noTwoLayersAreTheSame() {
    var otherRun = new byte[16];
    otherRun[0] = 1;
    var content = new Content(100, RUN);

    assertThat(content.next().digest()).isNotEqualTo(content.next().digest());
    assertThat(new Content(100, otherRun).next().digest())
        .isNotEqualTo(new Content(100, RUN).next().digest());
  }

  @Test
  void gzipFindsNothingToCompress() throws IOException {
    var bytes = bytesOf(new Content(4 << 20, RUN).next());
    var compressed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes);
    }

    assertThat(compressed.size()).isGreaterThan(bytes.length);
  }

  private static byte[] bytesOf(Blob blob) {
    var all = Buffer.buffer();
    while (all.length() < blob.shared()) {
      all.appendBuffer(Content.chunk(all.length(), blob.shared() - all.length()));
    }
    return all.appendBuffer(blob.rest()).getBytes();
  }
}
