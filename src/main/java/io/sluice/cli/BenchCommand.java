package io.sluice.cli;

import io.sluice.bench.Bench;
import io.sluice.bench.BenchSettings;
import io.sluice.bench.Report;
import io.sluice.bench.Scenario;
import io.sluice.bench.Target;
import io.sluice.bench.UnreachableException;
import io.sluice.config.DataSize;
import io.sluice.config.GoDuration;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sluice bench URL}. */
@Command(
    name = "bench",
    description = {
      "Measures a registry, this one or any other of OCI.",
      "It pushes to a repository of its own and deletes that in the end."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything was measured, with no error",
      "1:there were errors, or there is no registry at that URL",
      "2:it was called wrongly"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice bench http://localhost:5000",
      "  sluice bench https://registry.example.com --user ci --password-file secret --scenario pull",
      "  sluice bench http://localhost:5000 --scenario push-large --count 1 --json -"
    })
final class BenchCommand implements Callable<Integer> {
  private static final String PASSWORD_VARIABLE = "SLUICE_BENCH_PASSWORD";

  /** How long Ctrl-C waits for the report, and for what was pushed to be deleted. */
  private static final long INTERRUPT_SECONDS = 10;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "URL", description = "The registry, as in http://localhost:5000")
  private String url = "";

  @Option(
      names = "--scenario",
      split = ",",
      paramLabel = "NAME",
      converter = ScenarioConverter.class,
      description =
          "push-large, push-small, pull, pull-large, manifest-get, blob-head, ping. Default: all.")
  private List<Scenario> scenarios = Arrays.asList(Scenario.values());

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description =
          "Operations at once. Default: push-large and pull-large 1, push-small and pull 8,"
              + " ping 8, manifest-get and blob-head 32.")
  private @Nullable Integer concurrency;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long each scenario is measured. Default: 10s.")
  private Duration duration = Duration.ofSeconds(10);

  @Option(
      names = "--warmup",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long each runs before that. Default: 3s.")
  private Duration warmup = Duration.ofSeconds(3);

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "So many pushes in push-large, instead of a duration.")
  private @Nullable Integer count;

  @Option(
      names = "--large-size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Of the layer of push-large and pull-large. Default: 1.2GiB.")
  private DataSize largeSize = DataSize.parse("1.2GiB");

  @Option(
      names = "--repository",
      paramLabel = "NAME",
      description = "Where to push. Default: bench/ and something random.")
  private @Nullable String repository;

  @Option(
      names = "--user",
      paramLabel = "NAME[:PASSWORD]",
      description =
          "For Basic authentication. The password is better given in one of the ways below.")
  private @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description =
          "Its first line is the password. Without it and with no password in --user, it is that of"
              + " the environment variable "
              + PASSWORD_VARIABLE
              + ".")
  private @Nullable Path passwordFile;

  @Option(names = "--insecure", description = "Accept any certificate.")
  private boolean insecure;

  @Option(
      names = "--event-loops",
      paramLabel = "N",
      description =
          "Threads that the client works with. Default: 1, good for some 10,000 requests/s.")
  private int eventLoops = 1;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the report there as JSON; - for standard output, instead of the table.")
  private @Nullable String json;

  @Option(names = "--keep", description = "Don't delete what was pushed.")
  private boolean keep;

  @Override
  public Integer call() throws InterruptedException {
    var settings = settings();
    var vertx = vertx();
    var finished = new CountDownLatch(1);
    var bench = new Bench(vertx, settings, line -> printError(line));
    var hook = new Thread(() -> interrupt(bench, finished), "bench-interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      var report = bench.run().toCompletionStage().toCompletableFuture().get();
      print(report);
      return report.failed() ? 1 : 0;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnreachableException unreachable) {
        throw new CommandFailure(String.valueOf(unreachable.getMessage()));
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      finished.countDown();
      forget(hook);
      vertx.close();
    }
  }

  private BenchSettings settings() {
    try {
      return new BenchSettings(
          target(),
          scenarios.stream().distinct().toList(),
          optional(concurrency),
          duration,
          warmup,
          optional(count),
          largeSize,
          RepositoryName.parse(
              repository != null
                  ? repository
                  : "bench/" + Long.toHexString(ThreadLocalRandom.current().nextLong())),
          keep,
          eventLoops);
    } catch (IllegalArgumentException | RegistryException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Target target() {
    var target = Target.parse(url, insecure);
    if (user == null) {
      return target;
    }
    int colon = user.indexOf(':');
    if (passwordFile != null) {
      var lines = read(passwordFile).lines().iterator();
      return target.withUser(
          colon < 0 ? user : user.substring(0, colon), lines.hasNext() ? lines.next() : "");
    }
    if (colon >= 0) {
      return target.withUser(user.substring(0, colon), user.substring(colon + 1));
    }
    var password = System.getenv(PASSWORD_VARIABLE);
    if (password == null) {
      throw new IllegalArgumentException(
          "--user has no password: say it in --password-file or " + PASSWORD_VARIABLE);
    }
    return target.withUser(user, password);
  }

  private Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(eventLoops)
            .setPreferNativeTransport(true)
            // Hashing a large layer takes a second or more, on a worker that has nothing else to
            // do.
            .setMaxWorkerExecuteTime(10)
            .setMaxWorkerExecuteTimeUnit(TimeUnit.MINUTES));
  }

  private void print(Report report) {
    var out = spec.commandLine().getOut();
    if ("-".equals(json)) {
      out.println(report.toJson());
    } else {
      out.print(report.toTable());
      if (json != null) {
        write(Path.of(json), report.toJson() + System.lineSeparator());
      }
    }
    out.flush();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CommandFailure("can't read the password from " + file + ": " + e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new CommandFailure("can't write the report to " + file + ": " + e);
    }
  }

  private void printError(String line) {
    var err = spec.commandLine().getErr();
    err.println("sluice bench: " + line);
    err.flush();
  }

  /** Ctrl-C: the main thread prints what there is while the JVM waits for this one. */
  private static void interrupt(Bench bench, CountDownLatch finished) {
    bench.interrupt();
    try {
      if (!finished.await(INTERRUPT_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("sluice bench: gave up waiting for the report");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // It is what runs right now.
    }
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static <T> T parse(String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("\"" + text + "\": " + e.getMessage());
    }
  }

  private static final class ScenarioConverter implements ITypeConverter<Scenario> {
    @Override
    public Scenario convert(String text) {
      return parse(text, Scenario::parse);
    }
  }

  private static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return parse(text, GoDuration::parse);
    }
  }

  private static final class SizeConverter implements ITypeConverter<DataSize> {
    @Override
    public DataSize convert(String text) {
      return parse(text, DataSize::parse);
    }
  }
}
