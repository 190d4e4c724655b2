package io.sluice.config;

import io.sluice.config.Node.Fields;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that still knows what was written in its file, so that two versions can be
 * compared key by key.
 */
public final class LoadedConfig {
  private final SluiceConfig config;
  private final @Nullable Path file;
  private final Fields written;

  LoadedConfig(SluiceConfig config, @Nullable Path file, Fields written) {
    this.config = config;
    this.file = file;
    this.written = written;
  }

  /** One that no file was read for. */
  public static LoadedConfig withoutFile(SluiceConfig config) {
    return new LoadedConfig(config, null, Fields.NONE);
  }

  public SluiceConfig config() {
    return config;
  }

  /** Where it was read; empty if it was not from a file. */
  public Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /**
   * The paths of the keys in which {@code next} says something else, sorted; never a value. A key
   * is written as {@code next} has it, one that is gone as it was. Lists are compared as a whole; a
   * section that came or went is told by each of its keys. {@code null} is the same as no key.
   */
  public List<String> changedKeys(LoadedConfig next) {
    return TreeDifference.between(written, next.written);
  }

  @Override
  public String toString() {
    return "configuration of " + (file == null ? "no file" : file);
  }
}
