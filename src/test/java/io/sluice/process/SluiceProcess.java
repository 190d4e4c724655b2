package io.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testkit.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code sluice} started with the test's own classes; ended with the test at the latest. */
public final class SluiceProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final ConcurrentLinkedQueue<String> output = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<URI> serving = new CompletableFuture<>();
  private final Thread reader;

  private SluiceProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  /** Runs a command line. */
  public static SluiceProcess run(String... arguments) throws IOException {
    return run(Path.of("").toAbsolutePath(), arguments);
  }

  /** Runs a command line in a folder, with nothing of this process's environment but the path. */
  public static SluiceProcess run(Path folder, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx96m",
            "-XX:MaxDirectMemorySize=128m",
            "-XX:TrimNativeHeapInterval=5000",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "io.sluice.Sluice"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().remove("SLUICE_DATA");
    return new SluiceProcess(builder.start());
  }

  /** A registry on a free port, once it serves. */
  public static SluiceProcess serve(Path data) throws Exception {
    var process = run("serve", "--port", "0", "--data", data.toString());
    process.uri();
    return process;
  }

  /** Where it serves; waits for that. */
  public URI uri() throws Exception {
    return serving.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Host and port, as clients write them. */
  public String host() throws Exception {
    return uri().getAuthority();
  }

  /** Waits for a line of its output that has all of these. */
  public void awaitLine(String... parts) {
    Eventually.eventually(
        () -> List.copyOf(output),
        lines ->
            assertThat(lines)
                .as(this::output)
                .anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
  }

  /** Sends a signal, as in {@code TERM}. */
  public void signal(String name) throws Exception {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
    if (code != 0) {
      throw new IllegalStateException("kill -" + name + " ended with " + code);
    }
  }

  /** Waits for its end. */
  public int exitCode() throws Exception {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("it still runs:\n" + output());
    }
    reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    return process.exitValue();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** All that it has printed. */
  public String output() {
    return String.join("\n", output);
  }

  /** Ends it as a crash would. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  /** Looks in lines of a log for where it serves; those that it prints are looked at anyway. */
  public void servesAt(String log) throws IOException {
    for (var line : log.lines().toList()) {
      if (!serving.isDone() && line.contains("\"serving\"")) {
        serving.complete(URI.create(new ObjectMapper().readTree(line).path("uri").asText()));
      }
    }
  }

  /** Of the operating system. */
  public long pid() {
    return process.pid();
  }

  private void read() {
    try (var lines = new BufferedReader(process.inputReader(StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        output.add(line);
        servesAt(line);
      }
    } catch (IOException e) {
      output.add(e.toString());
    } finally {
      serving.completeExceptionally(
          new IllegalStateException("it ended before it served:\n" + output()));
    }
  }
}
