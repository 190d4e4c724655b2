package io.sluice.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One of the registries of the soak test. Used by many threads; started and ended by one. */
final class SoakNode implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> COLLECTED = List.of("tags", "manifests", "blobs", "data");

  private final Path config;
  private final SoakCounts counts;
  private final List<String> errors = new ArrayList<>();
  private int linesRead;
  private volatile boolean stalled;
  private volatile Optional<Running> running = Optional.empty();

  private record Running(SluiceProcess process, RegistryClient client) {}

  /**
   * An answer will not come, or says nothing about what was done: it may have been, or may be yet.
   */
  static final class Lost extends Exception {
    private static final long serialVersionUID = 1;

    Lost(String message) {
      super(message);
    }
  }

  SoakNode(Path config, SoakCounts counts) {
    this.config = config;
    this.counts = counts;
  }

  void start() throws Exception {
    var process = SluiceProcess.run("serve", config.toString());
    linesRead = 0;
    running = Optional.of(new Running(process, new RegistryClient(process.uri())));
  }

  /** As a crash would. */
  void kill() throws InterruptedException, IOException {
    if (running.isPresent()) {
      var process = running.get().process;
      running = Optional.empty();
      process.kill();
      read(process);
    }
  }

  /** Counts what its collections have removed since the last time. */
  void tally() throws IOException {
    read(running.orElseThrow().process);
  }

  private void read(SluiceProcess process) throws IOException {
    var lines = process.output().lines().toList();
    for (var line : lines.subList(linesRead, lines.size())) {
      if (line.startsWith("{")) {
        read(line);
      }
    }
    linesRead = lines.size();
  }

  private void read(String line) throws IOException {
    var log = JSON.readTree(line);
    var message = log.path("message").asText();
    if (log.path("level").asText().equals("error")) {
      errors.add(line);
    } else if (message.equals("garbage was collected")) {
      counts.add("collections");
      COLLECTED.forEach(it -> counts.add("collected " + it, log.path(it).asLong()));
    } else if (message.startsWith("a garbage collection failed")) {
      counts.add("collections that failed");
    }
  }

  /** Lets it stand still; clients may notice that. */
  void stall() throws Exception {
    stalled = true;
    running.orElseThrow().process.signal("STOP");
  }

  void goOn() throws Exception {
    running.orElseThrow().process.signal("CONT");
    stalled = false;
  }

  /** Whether a client would rather ask this one. */
  boolean isWell() {
    return running.isPresent() && !stalled;
  }

  /** What the processes that have ended complained of, a line of their logs each. */
  List<String> errors() {
    return List.copyOf(errors);
  }

  HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers)
      throws Lost, InterruptedException {
    var now = running;
    if (now.isEmpty()) {
      throw new Lost("it doesn't run");
    }
    try {
      var answer = now.get().client.send(method, path, body, headers);
      if (answer.statusCode() == 503) {
        throw new Lost("503");
      }
      return answer;
    } catch (IOException e) {
      throw new Lost(e.toString());
    }
  }

  HttpResponse<byte[]> send(String method, String path) throws Lost, InterruptedException {
    return send(method, path, new byte[0]);
  }

  @Override
  public void close() throws InterruptedException, IOException {
    kill();
  }
}
