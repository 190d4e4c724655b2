package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigLoader;
import io.sluice.config.Problem;
import io.sluice.config.SluiceConfig;
import io.sluice.log.Logging;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice gc}. */
@Command(
    name = "gc",
    description = {
      "Removes what nothing needs any more, and tags that no policy keeps; or tells what would go.",
      "Of the stores of a configuration, in this process; or by a running registry (--url), which needs an",
      "administrator there. The password is that of the environment variable SLUICE_PASSWORD, or is asked for."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it has ended, be it that tags wait for a confirmation",
      "1:it failed, or could not begin",
      "2:it was called wrongly"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice gc /etc/zot/config.json",
      "  sluice gc --url https://registry.example.com --user admin --dry-run",
      "  sluice gc --url http://localhost:5000 --policy new-retention.yaml --repository team/app",
      "  sluice gc --url http://localhost:5000 --confirm"
    })
final class GcCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 500;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "CONFIG",
      description = "The configuration whose stores are collected; not with --url.")
  private @Nullable Path config;

  @Option(names = "--url", paramLabel = "URL", description = "The registry to ask.")
  private @Nullable String url;

  @Option(names = "--user", paramLabel = "NAME", description = "Who asks.")
  private @Nullable String user;

  @Option(names = "--insecure", description = "Accept any certificate.")
  private boolean insecure;

  @Option(names = "--dry-run", description = "Tell what would go, and remove nothing.")
  private boolean dryRun;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "What would go by this retention: a section of that name in JSON or YAML, or a whole"
              + " configuration. Removes nothing.")
  private @Nullable Path policy;

  @Option(
      names = "--repository",
      paramLabel = "NAME",
      description = "Only this one; with --dry-run or --policy.")
  private @Nullable String repository;

  @Option(names = "--json", description = "With --dry-run: one JSON object per line, no table.")
  private boolean json;

  @Option(
      names = "--confirm",
      description = "Let a new policy remove more tags than sluice.retention.maxShare.")
  private boolean confirm;

  /** A registry, or the stores in this process. */
  interface Source extends AutoCloseable {
    JsonNode run(boolean confirmed);

    JsonNode state();

    /** Hands over what {@code /v2/_sluice/gc/preview} has line by line. */
    void preview(
        Optional<PolicyFile> policy,
        Optional<RepositoryName> repository,
        java.util.function.Consumer<JsonNode> line);

    @Override
    void close();
  }

  @Override
  public Integer call() throws InterruptedException {
    boolean previews = dryRun || policy != null;
    check(previews);
    var tried = Optional.ofNullable(policy).map(PolicyFile::read);
    var wanted = repositoryName();
    try (var source = source(previews)) {
      return previews ? preview(source, tried, wanted) : collect(source);
    }
  }

  private void check(boolean previews) {
    if ((config == null) == (url == null)) {
      throw wrong("either CONFIG or --url is needed, and not both");
    }
    if (!previews && (repository != null || json)) {
      throw wrong("--repository and --json go with --dry-run or --policy");
    }
    if (previews && confirm) {
      throw wrong("--confirm doesn't go with --dry-run or --policy, which remove nothing");
    }
    if (url == null && (user != null || insecure)) {
      throw wrong("--user and --insecure go with --url");
    }
  }

  private Optional<RepositoryName> repositoryName() {
    try {
      return Optional.ofNullable(repository).map(RepositoryName::parse);
    } catch (RegistryException e) {
      throw wrong("--repository: " + e.error().message());
    }
  }

  private Source source(boolean previews) {
    if (url != null) {
      try {
        return new RemoteGc(AdminApi.of(url, user, insecure));
      } catch (IllegalArgumentException e) {
        throw wrong(String.valueOf(e.getMessage()));
      }
    }
    var loaded = load();
    if (!previews) {
      startLog(loaded);
    }
    return LocalGc.open(loaded);
  }

  private SluiceConfig load() {
    try {
      return ConfigLoader.load(config == null ? Path.of("") : config);
    } catch (ConfigException e) {
      throw new CommandFailure(
          e.problems().stream().map(Problem::render).collect(Collectors.joining("\n")));
    }
  }

  private static void startLog(SluiceConfig config) {
    try {
      Logging.start(config.log());
    } catch (IOException e) {
      throw new CommandFailure("log.output or log.audit can't be written to: " + e.getMessage());
    }
  }

  private int preview(Source source, Optional<PolicyFile> tried, Optional<RepositoryName> wanted) {
    var out = spec.commandLine().getOut();
    var table = new GcOutput(out);
    var whole = new boolean[1];
    source.preview(
        tried,
        wanted,
        line -> {
          if (line.has("error")) {
            throw new CommandFailure("the preview is not whole: " + line.path("error").asText());
          }
          whole[0] |= line.has("totals");
          if (json) {
            out.println(line);
          } else if (line.has("totals")) {
            table.totals(line.path("totals"));
          } else if (line.has("withheld")) {
            table.withheld(line.path("withheld"));
          } else {
            table.row(line);
          }
        });
    out.flush();
    if (!whole[0]) {
      throw new CommandFailure("the preview broke off");
    }
    return 0;
  }

  private int collect(Source source) throws InterruptedException {
    var state = source.run(confirm);
    while (isRunning(state)) {
      // This is the process's own thread, which has nothing else to do.
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      state = source.state();
    }
    var output = new GcOutput(spec.commandLine().getOut());
    boolean failed = false;
    for (var store : state.path("stores")) {
      var name = store.path("store").asText();
      if (store.has("lastError")) {
        failed = true;
        var err = spec.commandLine().getErr();
        err.println("sluice: " + name + ": " + store.at("/lastError/message").asText());
        err.flush();
      } else if (store.path("enabled").asBoolean()) {
        output.run(name, store.path("lastRun"));
      }
    }
    return failed ? 1 : 0;
  }

  private static boolean isRunning(JsonNode state) {
    for (var store : state.path("stores")) {
      if (store.path("running").asBoolean()) {
        return true;
      }
    }
    return false;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
