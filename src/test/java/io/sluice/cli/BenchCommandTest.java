package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.bench.Measured;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
  private final Vertx vertx = Vertx.vertx();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void close() {
    Measured.await(vertx.close());
  }

  @Test
  void printsATableAndWritesTheJson(@TempDir Path directory) throws Exception {
    var registry = Measured.sluice(vertx, directory.resolve("registry"));
    var json = directory.resolve("report.json");

    int code =
        bench(
            registry.uri().toString(),
            "--scenario=push-large,push-small",
            "--scenario=blob-head",
            "--count=2",
            "--large-size=100KiB",
            "--duration=100ms",
            "--warmup=0",
            "--json=" + json);

    assertThat(code).as(err.toString()).isZero();
    assertThat(out.toString()).contains("push-large", "push-small", "blob-head");
    var report = new ObjectMapper().readTree(Files.readString(json));
    assertThat(report.at("/scenarios/0/operations").asInt()).isEqualTo(2);
    assertThat(report.at("/parameters/repository").asText()).startsWith("bench/");
    Measured.await(registry.stop());
  }

  @Test
  void endsWithOneWhenThereWereErrors() {
    var registry = Measured.fake(vertx, request -> request.response().setStatusCode(500).end());

    int code = bench(registry.toString(), "--scenario=blob-head", "--duration=50ms");

    assertThat(code).isEqualTo(1);
    assertThat(out.toString()).contains("1 x preparation: HEAD blob: 500");
  }

  @Test
  void endsWithOneAndOneLineWhenNobodyIsThere() {
    int code = bench("http://127.0.0.1:1");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo("sluice: cannot measure http://127.0.0.1:1: connection refused\n");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aWrongCallSaysWhatWouldBeRight() {
    assertThat(bench("http://127.0.0.1:1", "--scenario=push")).isEqualTo(2);
    assertThat(err.toString())
        .contains("there is no scenario \"push\", but push-large, push-small");
    assertThat(bench("localhost:5000")).isEqualTo(2);
    assertThat(err.toString()).contains("not the URL of a registry");
    assertThat(bench("http://127.0.0.1:1", "--duration=10")).isEqualTo(2);
    assertThat(err.toString()).contains("is a duration without a unit");
    assertThat(bench("http://127.0.0.1:1", "--repository=Bad")).isEqualTo(2);
  }

  private int bench(String... arguments) {
    var line = SluiceCommand.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    var all = new String[arguments.length + 1];
    all[0] = "bench";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return line.execute(all);
  }
}
