package io.sluice.store.s3;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32C;

/** CRC32C as S3 writes it: base64 of the four bytes, the highest first. */
final class Checksums {
  private Checksums() {}

  static String crc32c(ByteBuffer... content) {
    var crc = new CRC32C();
    for (var buffer : content) {
      crc.update(buffer.duplicate());
    }
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
