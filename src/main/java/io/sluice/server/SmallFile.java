package io.sluice.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file that a key of the configuration names. Blocks. */
final class SmallFile {
  private SmallFile() {}

  /**
   * All of it.
   *
   * @param key as the documentation writes it
   * @param most bytes that such a file may have
   * @throws StartFailure that names both, and says what is wrong
   */
  static byte[] read(String key, Path file, int most) {
    try (var in = Files.newInputStream(file)) {
      var bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new StartFailure(key + ": " + file + " is larger than any such file");
      }
      return bytes;
    } catch (IOException e) {
      throw new StartFailure(key + ": " + file + " can't be read: " + StartFailure.reason(e));
    }
  }

  /** The same as text in UTF-8. */
  static String readText(String key, Path file, int most) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(read(key, file, most)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new StartFailure(key + ": " + file + " is not text in UTF-8");
    }
  }
}
