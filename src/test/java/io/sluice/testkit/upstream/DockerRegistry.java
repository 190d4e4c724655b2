package io.sluice.testkit.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.sluice.testkit.Registry;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * Debian's {@code docker-registry} (distribution 2.8), on a free port of this machine, with its
 * data in a folder of its own; ended and removed with the test at the latest.
 *
 * <p>{@link #stop} and {@link #again} keep port and data, so that an upstream can be away for a
 * while.
 */
public final class DockerRegistry implements AutoCloseable {
  private static final String PROGRAM = "docker-registry";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(20);

  /** Between asking for a free port and taking it, somebody else may. */
  private static final int TRIES = 3;

  private static final Pattern ACCESS =
      Pattern.compile("\\[[^]]+] \"([A-Z]+) (\\S+) HTTP/[0-9.]+\" ([0-9]{3}) ");

  private final Path folder;
  private final int port;
  private final Optional<String> authorization;
  private final Thread atExit;
  private volatile Process process;

  private DockerRegistry(Path folder, int port, Optional<String> authorization, Process process) {
    this.folder = folder;
    this.port = port;
    this.authorization = authorization;
    this.process = process;
    this.atExit = Thread.ofPlatform().unstarted(() -> this.process.destroyForcibly());
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** How one is to be; {@link #start} starts it. */
  public static final class Settings {
    private Optional<URI> remote = Optional.empty();
    private Optional<String> user = Optional.empty();

    private Settings() {}

    /** Passes on what another registry has, and keeps it: {@code proxy.remoteurl}. */
    public Settings mirroring(URI upstream) {
      remote = Optional.of(upstream);
      return this;
    }

    /** Lets in only this user, whose password is the name with an exclamation mark. */
    public Settings onlyFor(String name) {
      user = Optional.of(name);
      return this;
    }

    public DockerRegistry start() throws IOException, InterruptedException {
      requireProgram();
      for (int left = TRIES; ; left--) {
        try {
          return launch(this);
        } catch (AssertionError e) {
          if (left == 1) {
            throw e;
          }
        }
      }
    }
  }

  public static Settings with() {
    return new Settings();
  }

  /** An empty one that takes everything from everybody. */
  public static DockerRegistry start() throws IOException, InterruptedException {
    return with().start();
  }

  /** Where it is. */
  public URI uri() {
    return URI.create("http://" + host());
  }

  /** Host and port, as clients write them. */
  public String host() {
    return "127.0.0.1:" + port;
  }

  /**
   * The requests that it has answered, in their order, as in {@code GET /v2/ 200}. Each is written
   * down shortly after its answer.
   */
  public List<String> requests() {
    try {
      return ACCESS
          .matcher(Files.readString(folder.resolve("log"), UTF_8))
          .results()
          .map(line -> line.group(1) + " " + line.group(2) + " " + line.group(3))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it; what it has is kept. */
  public void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  /** Starts it again after {@link #stop}, at the same port and with what it had. */
  public void again() throws IOException, InterruptedException {
    process = run(folder);
    await(process, uri(), folder, authorization);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    stop();
    Runtime.getRuntime().removeShutdownHook(atExit);
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void requireProgram() {
    boolean installed =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(path -> Files.isExecutable(Path.of(path, PROGRAM)));
    if (!installed && System.getenv("CI") != null) {
      throw new AssertionError(PROGRAM + " is not installed; .ci/run installs it");
    }
    Assumptions.assumeTrue(installed, PROGRAM + " is not installed, so it was not tried");
  }

  private static DockerRegistry launch(Settings settings) throws IOException, InterruptedException {
    var folder = Files.createTempDirectory(PROGRAM);
    int port = freePort();
    Files.writeString(configFile(folder), config(settings, folder, port), UTF_8);
    var process = run(folder);
    var authorization = settings.user.map(DockerRegistry::basic);
    var registry = new DockerRegistry(folder, port, authorization, process);
    try {
      await(process, registry.uri(), folder, authorization);
    } catch (AssertionError e) {
      registry.close();
      throw e;
    }
    return registry;
  }

  private static Process run(Path folder) throws IOException {
    var builder =
        new ProcessBuilder(PROGRAM, "serve", configFile(folder).toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    // It panics at its start where this is set.
    builder.environment().remove("AWS_CA_BUNDLE");
    return builder.start();
  }

  private static String config(Settings settings, Path folder, int port) throws IOException {
    var yaml =
        new StringBuilder(
            """
            version: 0.1
            log: {level: warn}
            storage:
              filesystem: {rootdirectory: %s}
              delete: {enabled: true}
              cache: {blobdescriptor: inmemory}
            http: {addr: "127.0.0.1:%d"}
            """
                .formatted(folder.resolve("data"), port));
    settings.remote.ifPresent(url -> yaml.append("proxy: {remoteurl: \"%s\"}\n".formatted(url)));
    if (settings.user.isPresent()) {
      var name = settings.user.get();
      var hash = BCrypt.withDefaults().hashToString(4, (name + "!").toCharArray());
      var file = Files.writeString(folder.resolve("htpasswd"), name + ":" + hash + "\n", UTF_8);
      yaml.append("auth: {htpasswd: {realm: upstream, path: %s}}\n".formatted(file));
    }
    return yaml.toString();
  }

  private static void await(Process process, URI uri, Path folder, Optional<String> authorization)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(uri.resolve("/v2/")).timeout(PATIENCE);
    authorization.ifPresent(it -> request.header("Authorization", it));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (var client = HttpClient.newHttpClient()) {
      while (true) {
        if (System.nanoTime() > deadline || !process.isAlive()) {
          process.destroyForcibly().waitFor();
          throw new AssertionError(
              PROGRAM + " does not answer:\n" + Files.readString(folder.resolve("log"), UTF_8));
        }
        try {
          var answer = client.send(request.build(), HttpResponse.BodyHandlers.discarding());
          if (answer.statusCode() == 200) {
            return;
          }
        } catch (IOException e) {
          // not yet
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String basic(String user) {
    return Registry.basic(user, user + "!");
  }

  private static Path configFile(Path folder) {
    return folder.resolve("config.yml");
  }
}
