package io.sluice.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice completion}. */
@Command(
    name = "completion",
    description = "Prints a script that completes this command line in bash and zsh.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(sluice completion)                        in this shell",
      "  sluice completion > /etc/bash_completion.d/sluice  in every one"
    })
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    out.print(AutoComplete.bash("sluice", spec.root().commandLine()));
    out.flush();
    return 0;
  }
}
