package io.sluice.clients;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A containerd of the test's own. */
final class Containerd implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final Process process;
  private final Tool ctr;

  private Containerd(Process process, Tool ctr) {
    this.process = process;
    this.ctr = ctr;
  }

  static Containerd start(Path folder) throws Exception {
    Files.createDirectories(folder);
    // Not below the folder: the path of a socket has at most 107 characters.
    var socket = Files.createTempDirectory(Path.of("/tmp"), "ctd").resolve("sock");
    var config =
        Files.writeString(
            folder.resolve("config.toml"),
            """
            version = 2
            root = "%1$s/root"
            state = "%1$s/state"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "%2$s"
            """
                .formatted(folder, socket));
    var log = folder.resolve("log");
    var process = Tool.require("containerd").start(log, "--config", config);
    var ctr = Tool.require("ctr", "-a", socket.toString());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (ctr.attempt("version").code() != 0) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        process.destroyForcibly();
        throw new AssertionError("containerd does not answer:\n" + Files.readString(log));
      }
    }
    return new Containerd(process, ctr);
  }

  String ctr(Object... arguments) throws Exception {
    return ctr.run(arguments);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
