package io.sluice.cli;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigLoader;
import io.sluice.config.LoadedConfig;
import io.sluice.config.Problem;
import io.sluice.config.SluiceConfig;
import io.sluice.log.Logging;
import io.sluice.server.ServerProcess;
import io.sluice.server.SluiceServer;
import io.sluice.server.StartFailure;
import io.sluice.server.Supported;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice serve [CONFIG]}. */
@Command(
    name = "serve",
    description = {
      "Runs the registry until SIGTERM or Ctrl-C. What changes in CONFIG is taken over meanwhile where it can be.",
      "Without a configuration it serves this machine only, on port 5000, without authentication,",
      "and keeps images in ./sluice-data, or where the environment variable SLUICE_DATA says."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was stopped by a signal, in order",
      "1:it could not start, or not stop in order",
      "2:it was called wrongly"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice serve",
      "  sluice serve --port 5001 --data /srv/images",
      "  sluice serve /etc/zot/config.json"
    })
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
  private static final int DEFAULT_PORT = 5000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "CONFIG",
      description = "Zot's configuration file or one's own, in JSON or YAML.")
  private @Nullable Path file;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where images are kept; only without CONFIG, which says so itself.")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port to listen on, 0 for any free one; only without CONFIG.")
  private @Nullable Integer port;

  @Option(
      names = "--force-reparse",
      description = "Accepted since Zot has it; there is nothing that needs it here.")
  @SuppressWarnings("UnusedVariable")
  private boolean forceReparse;

  @Override
  public Integer call() throws InterruptedException {
    var loaded = config();
    var config = loaded.config();
    try {
      Logging.start(config.log());
    } catch (IOException e) {
      throw new CommandFailure("log.output or log.audit can't be written to: " + e.getMessage());
    }
    if (file != null) {
      Supported.warning(config).ifPresent(LOG::warn);
    }
    try {
      return ServerProcess.run(loaded, server -> announce(config, server)) ? 0 : 1;
    } catch (StartFailure e) {
      throw new CommandFailure(String.valueOf(e.getMessage()));
    } finally {
      Logging.stop();
    }
  }

  private LoadedConfig config() {
    if (file == null) {
      return LoadedConfig.withoutFile(
          SluiceConfig.withoutFile(dataDirectory(), port == null ? DEFAULT_PORT : port));
    }
    if (data != null || port != null) {
      throw new CommandFailure(
          "--data and --port are for a start without CONFIG; there, storage.rootDirectory and http.port say it");
    }
    try {
      return ConfigLoader.loadWithKeys(file);
    } catch (ConfigException e) {
      throw new CommandFailure(
          e.problems().stream().map(Problem::render).collect(Collectors.joining("\n")));
    }
  }

  private Path dataDirectory() {
    if (data != null) {
      return data;
    }
    var environment = System.getenv("SLUICE_DATA");
    return Path.of(environment == null || environment.isEmpty() ? "sluice-data" : environment);
  }

  private void announce(SluiceConfig config, SluiceServer server) {
    LOG.atInfo()
        .addKeyValue("version", Version.number())
        .addKeyValue("uri", server.uri())
        .addKeyValue("storage", config.storage().rootDirectory().toAbsolutePath())
        .log("serving");
    if (file == null) {
      welcome(spec.commandLine().getErr(), config, server);
    }
  }

  private static void welcome(PrintWriter out, SluiceConfig config, SluiceServer server) {
    var host = server.uri().getAuthority();
    out.printf(
        """

        Sluice %s serves %s, with images in %s

          No authentication: whoever reaches this address may push and delete. It is this machine only;
          a configuration (sluice serve CONFIG) says who may do what, and listens elsewhere.

          Try:   skopeo copy --dest-tls-verify=false docker://docker.io/library/alpine docker://%s/library/alpine
          or:    docker tag alpine %s/library/alpine && docker push %s/library/alpine

          Ctrl-C stops it.

        """,
        Version.number(),
        server.uri(),
        config.storage().rootDirectory().toAbsolutePath().normalize(),
        host,
        host,
        host);
    out.flush();
  }
}
