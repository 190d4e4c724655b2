package io.sluice.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A program of the operating system. */
final class Tool {
  private static final long PATIENCE_MINUTES = 5;

  private final String program;
  private final List<String> firstArguments;
  private final Map<String, String> environment = new TreeMap<>();

  private Tool(String program, List<String> firstArguments) {
    this.program = program;
    this.firstArguments = firstArguments;
  }

  /**
   * A program with the arguments that it gets each time. Where it isn't installed, the test is left
   * out, and says so; in CI that is a failure.
   */
  static Tool require(String program, String... firstArguments) {
    boolean installed =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    if (!installed && System.getenv("CI") != null) {
      throw new AssertionError(program + " is not installed; .ci/run installs it");
    }
    Assumptions.assumeTrue(installed, program + " is not installed, so it was not tried");
    return new Tool(program, List.of(firstArguments));
  }

  Tool with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Runs it; returns what it printed, and fails unless it ends with 0. */
  String run(Object... arguments) throws IOException, InterruptedException {
    var result = attempt(arguments);
    assertThat(result.code).as(() -> result.command + "\n" + result.output).isZero();
    return result.output;
  }

  /** Runs it, however it ends. */
  Result attempt(Object... arguments) throws IOException, InterruptedException {
    var command = command(arguments);
    var output = Files.createTempFile(program, ".out");
    try {
      var builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      var process = builder.start();
      boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      return new Result(
          command, process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Starts it, to run until the caller ends it. */
  Process start(Path output, Object... arguments) throws IOException {
    return new ProcessBuilder(command(arguments))
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  private List<String> command(Object... arguments) {
    var command = new ArrayList<String>();
    command.add(program);
    command.addAll(firstArguments);
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    return command;
  }

  /** How a run ended. */
  record Result(List<String> command, int code, String output) {}
}
