package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigLoader;
import io.sluice.config.DataSize;
import io.sluice.config.OwnConfig;
import io.sluice.config.Problem;
import io.sluice.config.SluiceConfig;
import io.sluice.scrub.Finding;
import io.sluice.scrub.ScrubTotals;
import io.sluice.server.OfflineScrub;
import io.sluice.server.StartFailure;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Objects;
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

/** {@code sluice scrub CONFIG} and {@code sluice scrub --url URL}. */
@Command(
    name = "scrub",
    description = {
      "Reads what is stored, and tells what is damaged or missing.",
      "With CONFIG it reads the stores itself; on a local disk no registry may run meanwhile.",
      "With --url it has a running registry do it, and waits."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:something is damaged or missing, or it could not be looked at",
      "2:it was called wrongly"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice scrub /etc/zot/config.json",
      "  sluice scrub config.yaml --quarantine --bandwidth 200MiB",
      "  sluice scrub --url https://registry.example.com --user admin"
    })
final class ScrubCommand implements Callable<Integer> {
  private static final String PATH = "/v2/_sluice/scrub";
  private static final long POLL_MILLIS = 500;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "CONFIG",
      description = "Zot's configuration file or one's own, in JSON or YAML.")
  private @Nullable Path file;

  @Option(
      names = "--quarantine",
      description = "Hide what is damaged from clients, so that they push it anew.")
  private boolean quarantine;

  @Option(
      names = "--bandwidth",
      paramLabel = "SIZE",
      description = "Read at most so much in a second; default: sluice.scrub.bandwidth.")
  private @Nullable String bandwidth;

  @Option(names = "--url", paramLabel = "URL", description = "A running registry.")
  private @Nullable String url;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description = "One of its administrators; the password is in SLUICE_PASSWORD, or asked for.")
  private @Nullable String user;

  @Option(names = "--insecure", description = "Accept any certificate.")
  private boolean insecure;

  @Override
  public Integer call() throws InterruptedException {
    if ((file == null) == (url == null)) {
      throw wrong("either CONFIG or --url is needed, and not both");
    }
    if (url != null && (quarantine || bandwidth != null)) {
      throw wrong("--quarantine and --bandwidth go with CONFIG; a registry's are in sluice.scrub");
    }
    if (file != null && (user != null || insecure)) {
      throw wrong("--user and --insecure go with --url");
    }
    var report = new ScrubReport(spec.commandLine().getOut(), spec.commandLine().getErr());
    return url == null ? readStores(config(), report) : askRegistry(url, report);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private SluiceConfig config() {
    try {
      return ConfigLoader.load(Objects.requireNonNull(file));
    } catch (ConfigException e) {
      throw new CommandFailure(
          e.problems().stream().map(Problem::render).collect(Collectors.joining("\n")));
    }
  }

  private int readStores(SluiceConfig config, ScrubReport report) throws InterruptedException {
    var own = config.sluice().scrub();
    var rate = bandwidth == null ? own.bandwidth() : parse(bandwidth);
    var listener =
        new OfflineScrub.Listener() {
          @Override
          public void found(Finding finding) {
            report.row(
                finding.repository().value(),
                finding.tags(),
                finding.kind().id(),
                finding.digest().toString(),
                finding.error(),
                finding.quarantined());
          }

          @Override
          public void progress(ScrubTotals soFar) {
            report.progress(soFar.repositories(), soFar.objects(), soFar.bytes());
          }
        };
    try {
      var totals = OfflineScrub.run(config, rate, quarantine || own.quarantine(), listener);
      report.summary(
          totals.repositories(),
          totals.manifests(),
          totals.blobs(),
          totals.bytes(),
          totals.findings(),
          totals.quarantined());
      return totals.findings() == 0 ? 0 : 1;
    } catch (StartFailure e) {
      throw new CommandFailure(String.valueOf(e.getMessage()));
    }
  }

  private DataSize parse(String text) {
    try {
      var size = DataSize.parse(text);
      if (size.compareTo(OwnConfig.Scrub.LEAST) >= 0 && size.compareTo(OwnConfig.Scrub.MOST) <= 0) {
        return size;
      }
    } catch (IllegalArgumentException e) {
      throw wrong("--bandwidth " + text + " is no size, as in 200MiB");
    }
    throw wrong(
        "--bandwidth %s: %s to %s are possible"
            .formatted(text, OwnConfig.Scrub.LEAST, OwnConfig.Scrub.MOST));
  }

  private int askRegistry(String registry, ScrubReport report) throws InterruptedException {
    try (var api = AdminApi.of(registry, user, insecure)) {
      var state = object(api.post(PATH, Optional.empty()));
      var pass = state.getString("pass", "");
      if (!state.getBoolean("begun", false)) {
        report.note("a scrub runs already; this waits for its end");
      }
      while (state.getBoolean("running") && pass.equals(state.getString("pass"))) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        state = object(api.get(PATH));
        var progress = state.getJsonObject("progress");
        report.progress(
            progress.getLong("repositories"),
            progress.getLong("objects"),
            progress.getLong("bytes"));
      }
      if (!pass.equals(state.getString("pass"))) {
        throw new CommandFailure(
            "the registry was restarted, or began another scrub: how this one ended is not known");
      }
      return tell(state, report);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private static JsonObject object(JsonNode answer) {
    return new JsonObject(answer.toString());
  }

  private static int tell(JsonObject state, ScrubReport report) {
    var findings = state.getJsonArray("findings");
    for (var one : findings) {
      var finding = (JsonObject) one;
      report.row(
          finding.getString("repository"),
          finding.getJsonArray("tags").stream().map(Object::toString).toList(),
          finding.getString("status"),
          finding.getString("digest"),
          finding.getString("error"),
          finding.getBoolean("quarantined"));
    }
    var totals = state.getJsonObject("progress");
    if (totals.getLong("findings") > findings.size()) {
      report.note("these are the latest " + findings.size() + "; its log has all of them");
    }
    report.summary(
        totals.getLong("repositories"),
        totals.getLong("manifests"),
        totals.getLong("blobs"),
        totals.getLong("bytes"),
        totals.getLong("findings"),
        totals.getLong("quarantined"));
    if (state.containsKey("error")) {
      throw new CommandFailure("it could not be ended: " + state.getString("error"));
    }
    return totals.getLong("findings") == 0 ? 0 : 1;
  }
}
