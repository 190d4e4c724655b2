package io.sluice.sync.login;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Small files that hold secrets, read anew each time, since they change. Not for event loops. */
final class LoginFiles {
  private static final int MAX_BYTES = 1024 * 1024;

  private LoginFiles() {}

  /**
   * The text without white space at its ends.
   *
   * @param key of the configuration or the environment, for errors
   */
  static String read(Path file, String key) {
    try (var in = Files.newInputStream(file)) {
      var bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new LoginFailure(key + ": " + file + " is longer than any such file");
      }
      var text = new String(bytes, StandardCharsets.UTF_8).strip();
      if (text.isEmpty()) {
        throw new LoginFailure(key + ": " + file + " is empty");
      }
      return text;
    } catch (NoSuchFileException e) {
      throw new LoginFailure(key + ": " + file + " does not exist");
    } catch (IOException e) {
      throw new LoginFailure(key + ": " + file + " can't be read");
    }
  }
}
