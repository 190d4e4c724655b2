package io.sluice.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads configuration files: Zot's keys and our own, in JSON or YAML. */
public final class ConfigLoader {
  private static final Set<String> UNREAD_FORMATS =
      Set.of("toml", "hcl", "tfvars", "ini", "properties", "props", "prop", "env", "dotenv");
  private static final String READABLE = "a readable file with JSON (.json) or YAML (.yaml, .yml)";

  private ConfigLoader() {}

  /**
   * Reads a file; blocks. The name's extension tells the format; if it doesn't, JSON is tried, then
   * YAML.
   *
   * @throws ConfigException if the file cannot be read, or with everything that is wrong in it
   */
  public static SluiceConfig load(Path file) {
    return loadWithKeys(file).config();
  }

  /**
   * Like {@link #load}, with what is needed to compare it with another version of the file.
   *
   * @throws ConfigException if the file cannot be read, or with everything that is wrong in it
   */
  public static LoadedConfig loadWithKeys(Path file) {
    var format = formatOf(file);
    return parse(file, read(file), format);
  }

  /**
   * Reads a configuration from a text.
   *
   * @throws ConfigException with everything that is wrong in it
   */
  public static SluiceConfig parse(String text, Format format) {
    return parse(null, text, format).config();
  }

  /**
   * Reads a section {@code retention} by itself: its keys, or a single key {@code retention} with
   * them.
   *
   * @param gcDelay what its {@code delay} is where it says none
   * @throws ConfigException with everything that is wrong in it
   */
  public static RetentionConfig parseRetention(String text, Format format, Duration gcDelay) {
    if (text.length() > TreeParser.MAX_BYTES) {
      throw tooLarge("");
    }
    if (text.isBlank() || text.strip().equals("{}")) {
      throw ConfigException.of("", "there is no retention", "a section with policies");
    }
    var diagnostics = new Diagnostics();
    var root = Section.root(TreeParser.parse(text, format, diagnostics), diagnostics);
    var section = root.keys().contains("retention") ? root.section("retention") : root;
    var retention = RetentionConfig.read(section, gcDelay);
    diagnostics.reportUnknownKeys();
    if (!diagnostics.problems().isEmpty()) {
      throw new ConfigException(diagnostics.problems());
    }
    return retention;
  }

  private static LoadedConfig parse(@Nullable Path file, String text, Format format) {
    if (text.length() > TreeParser.MAX_BYTES) {
      throw tooLarge("");
    }
    var diagnostics = new Diagnostics();
    var written = TreeParser.parse(text, format, diagnostics);
    var root = Section.root(written, diagnostics);
    var config = SluiceConfig.read(root);
    diagnostics.reportUnknownKeys();
    var problems = diagnostics.problems();
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new LoadedConfig(config.withWarnings(diagnostics.warnings()), file, written);
  }

  private static Format formatOf(Path file) {
    var name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    var extension = name.substring(name.lastIndexOf('.') + 1);
    return switch (extension) {
      case "json" -> Format.JSON;
      case "yaml", "yml" -> Format.YAML;
      default -> {
        if (name.indexOf('.') >= 0 && UNREAD_FORMATS.contains(extension)) {
          throw ConfigException.of(
              file.toString(), "the configuration is in a format that is not read", READABLE);
        }
        yield Format.UNKNOWN;
      }
    };
  }

  private static String read(Path file) {
    if (Files.isDirectory(file)) {
      throw ConfigException.of(file.toString(), "the configuration is a directory", READABLE);
    }
    try (var in = Files.newInputStream(file)) {
      // Not the file's size: it may be a pipe.
      var bytes = in.readNBytes(TreeParser.MAX_BYTES + 1);
      if (bytes.length > TreeParser.MAX_BYTES) {
        throw tooLarge(file.toString());
      }
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (NoSuchFileException e) {
      throw ConfigException.of(file.toString(), "there is no such configuration file", READABLE);
    } catch (AccessDeniedException e) {
      throw ConfigException.of(
          file.toString(), "the configuration file may not be read by this user", READABLE);
    } catch (CharacterCodingException e) {
      throw ConfigException.of(file.toString(), "the configuration is not text in UTF-8", READABLE);
    } catch (IOException e) {
      throw ConfigException.of(
          file.toString(), "the configuration file cannot be read: " + e.getMessage(), READABLE);
    }
  }

  private static ConfigException tooLarge(String value) {
    return ConfigException.of(
        value, "the configuration is too large", "at most " + new DataSize(TreeParser.MAX_BYTES));
  }
}
