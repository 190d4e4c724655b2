package io.sluice.cli;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigLoader;
import io.sluice.config.Feature;
import io.sluice.config.FeatureReport;
import io.sluice.config.Problem;
import io.sluice.server.Supported;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice verify CONFIG}. */
@Command(
    name = "verify",
    description = {
      "Tells everything that is wrong with a configuration.",
      "Reads it as serve would; each problem is told with the key's path, what was found, and what would be right."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the configuration is good", "1:it is not"},
    footerHeading = "%nExamples:%n",
    footer = "  sluice verify /etc/zot/config.json")
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "CONFIG", description = "A file in JSON or YAML.")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    try {
      var config = ConfigLoader.load(file);
      config.warnings().forEach(warning -> out.println("warning: " + warning));
      for (var feature : FeatureReport.unsupported(config, Supported.FEATURES)) {
        out.println("warning: " + lacking(feature));
      }
      out.println(file + ": the configuration is good");
      return 0;
    } catch (ConfigException e) {
      var err = spec.commandLine().getErr();
      e.problems().stream().map(Problem::render).forEach(err::println);
      int count = e.problems().size();
      err.println(file + ": " + count + (count == 1 ? " problem" : " problems"));
      return 1;
    }
  }

  private static String lacking(Feature feature) {
    return feature.key() + ": " + "not in this version (" + feature.title() + ")";
  }
}
