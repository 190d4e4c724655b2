package io.sluice.server;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigLoader;
import io.sluice.config.LoadedConfig;
import io.sluice.config.LogConfig;
import io.sluice.config.Problem;
import io.sluice.config.SluiceConfig;
import io.sluice.log.Logging;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Takes over new versions of the configuration file, and of the files that it names, while the
 * registry serves. A version that can't be used is reported, and the old one stays in force.
 * Confined to one thread at a time, none of Vert.x's: every method blocks, so there is one reload
 * at a time, and what changes meanwhile leads to another one afterwards.
 */
final class Reload {
  /** Behind the key of a file whose content is new. */
  private static final String CONTENT = " (content)";

  /** Sets the log up, and opens its file anew, as {@link Logging#start} does. */
  interface LogStart {
    void start(LogConfig config) throws IOException;
  }

  private final LoadedConfig started;
  private final Function<SluiceConfig, Future<Void>> server;
  private final LogStart log;
  private final ReloadReports reports;
  private final FileWatch watch;

  // In force, but for what needs a restart.
  private LoadedConfig current;
  // What the file says, as far as it can be read: another one than the current while a file that
  // it names can't be used, which may be mended.
  private LoadedConfig wanted;

  /**
   * Takes over what comes after {@code started}.
   *
   * @param watch made by {@link #watchFor} before the server has read the files
   * @param server takes over what it can; fails with {@link StartFailure} when it can't be used,
   *     and then has changed nothing
   */
  Reload(
      LoadedConfig started,
      FileWatch watch,
      Function<SluiceConfig, Future<Void>> server,
      LogStart log,
      ReloadReports reports) {
    this.started = started;
    this.watch = watch;
    this.server = server;
    this.log = log;
    this.reports = reports;
    this.current = started;
    this.wanted = started;
  }

  /** Knows what the files hold now, so that what is new later is noticed; blocks. */
  static FileWatch watchFor(LoadedConfig config) {
    var watch = new FileWatch(filesOf(config, config));
    // It was read before: what has changed since is news.
    config.file().filter(file -> !says(file, config)).ifPresent(watch::forget);
    return watch;
  }

  private static boolean says(Path file, LoadedConfig config) {
    try {
      return isPipe(file) || config.changedKeys(ConfigLoader.loadWithKeys(file)).isEmpty();
    } catch (ConfigException e) {
      return false;
    }
  }

  private static boolean isPipe(Path file) {
    return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
  }

  /** Looks at the files, and takes over what is new in them. */
  void look() throws InterruptedException {
    var changed = new LinkedHashSet<>(watch.look());
    var file = started.file();
    if (file.isPresent()) {
      boolean fileChanged = changed.remove(file.get());
      look(changed, file.get(), fileChanged);
    }
  }

  /** Opens the log anew and takes over all files as they are, without waiting for a second look. */
  void lookAtOnce() throws InterruptedException {
    var changed = new LinkedHashSet<>(watch.lookAtOnce());
    startLog();
    var file = started.file();
    if (file.isPresent()) {
      changed.remove(file.get());
      var read = read(file.get());
      wanted = read.orElse(current);
      if (read.isPresent() || !changed.isEmpty()) {
        takeWanted(changed);
      }
    }
  }

  private void look(Set<Path> others, Path file, boolean fileChanged) throws InterruptedException {
    boolean news = !others.isEmpty();
    if (fileChanged) {
      var read = read(file);
      wanted = read.orElse(current);
      boolean differs = read.isPresent() && !current.changedKeys(wanted).isEmpty();
      if (read.isPresent() && !differs && !news) {
        reports.sameAsInForce();
      }
      news |= differs;
    }
    if (news) {
      takeWanted(others);
    }
  }

  private Optional<LoadedConfig> read(Path file) {
    if (isPipe(file)) {
      var message = "the configuration came from a pipe, which can't be read again";
      reports.mistaken(List.of(new Problem("", file.toString(), message, "a file")));
      return Optional.empty();
    }
    try {
      return Optional.of(ConfigLoader.loadWithKeys(file));
    } catch (ConfigException e) {
      reports.mistaken(e.problems());
      return Optional.empty();
    }
  }

  /** New content of a file isn't held up by a configuration that can't be used. */
  private void takeWanted(Collection<Path> files) throws InterruptedException {
    if (!take(wanted, files)
        && wanted != current
        && NamedFiles.of(current.config()).values().stream().anyMatch(files::contains)) {
      take(current, files);
    }
  }

  private boolean take(LoadedConfig next, Collection<Path> files) throws InterruptedException {
    // Before anybody reads them.
    watch.watch(filesOf(current, next));
    var contents =
        NamedFiles.of(next.config()).entrySet().stream()
            .filter(named -> files.contains(named.getValue()))
            .map(named -> named.getKey() + CONTENT)
            .toList();
    var changed = sorted(current.changedKeys(next), contents);
    try {
      use(next);
    } catch (StartFailure e) {
      reports.unusable(changed, String.valueOf(e.getMessage()));
      return false;
    } catch (RuntimeException e) {
      reports.defect(changed, e);
      return false;
    }
    var before = current;
    current = next;
    watch.watch(filesOf(next, next));
    if (!before.config().log().equals(next.config().log())) {
      startLog();
    }
    var differing = sorted(started.changedKeys(next), contents);
    reports.taken(
        before, next, changed, Reloadable.needRestart(started.config(), next.config(), differing));
    return true;
  }

  private void use(LoadedConfig next) throws InterruptedException {
    var config = next.config();
    var refusal = Supported.refusal(config);
    if (refusal.isPresent()) {
      throw new StartFailure(refusal.get());
    }
    try {
      Logging.check(config.log());
      server.apply(config).toCompletionStage().toCompletableFuture().get();
    } catch (IOException e) {
      throw new StartFailure("log.output or log.audit can't be written to: " + e.getMessage());
    } catch (ExecutionException e) {
      throw StartFailure.of(e.getCause() == null ? e : e.getCause(), config);
    }
  }

  private void startLog() {
    try {
      log.start(current.config().log());
    } catch (IOException e) {
      reports.unwritableLog(e);
    }
  }

  private static Set<Path> filesOf(LoadedConfig one, LoadedConfig other) {
    var files = new HashSet<Path>();
    one.file().ifPresent(files::add);
    files.addAll(NamedFiles.of(one.config()).values());
    files.addAll(NamedFiles.of(other.config()).values());
    return files;
  }

  private static List<String> sorted(List<String> keys, List<String> others) {
    return Stream.concat(keys.stream(), others.stream()).sorted().toList();
  }
}
