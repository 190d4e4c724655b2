package io.sluice.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice}: what all commands have in common. */
@Command(
    name = "sluice",
    description = "An OCI container registry: small in memory, streaming, and compatible with Zot.",
    versionProvider = Version.class,
    subcommands = {
      ServeCommand.class,
      VerifyCommand.class,
      GcCommand.class,
      RestoreCommand.class,
      ScrubCommand.class,
      BenchCommand.class,
      CompletionCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice serve                        this machine only, data in ./sluice-data",
      "  sluice serve /etc/zot/config.json   as a configuration says, Zot's or one's own",
      "  sluice verify config.yaml           tells all that is wrong with a configuration",
      "  sluice gc --dry-run config.yaml     tells what a garbage collection would remove",
      "",
      "Every command has a --help of its own."
    })
public final class SluiceCommand implements Runnable {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli looks at it
  private boolean help;

  @Option(
      names = {"-v", "-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  @SuppressWarnings("UnusedVariable")
  private boolean version;

  /** Runs a command line and returns its exit code; {@code serve} returns when it was stopped. */
  public static int run(String... args) {
    return commandLine().execute(args);
  }

  static CommandLine commandLine() {
    return new CommandLine(new SluiceCommand())
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler(SluiceCommand::fail);
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** What went wrong, in one line; the stack only where nobody foresaw it. */
  private static int fail(Exception cause, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (cause instanceof CommandFailure failure) {
      failure.getMessage().lines().forEach(line -> err.println("sluice: " + line));
    } else {
      err.println("sluice: this is a defect, please report it:");
      cause.printStackTrace(err);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }
}
