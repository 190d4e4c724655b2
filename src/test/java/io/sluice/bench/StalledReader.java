package io.sluice.bench;

import io.sluice.oci.Digest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A client that asks for a large blob and hardly reads it: so little that the registry's writes
 * stand still, but now and then something, as a registry may cut who takes nothing for minutes.
 */
final class StalledReader {
  /** Small, so that what the system buffers is full at once, and room in it is noticed. */
  private static final int RECEIVE_BUFFER = 8 << 10;

  private static final int BITE = 16 << 10;
  private static final Duration REST = Duration.ofSeconds(5);
  private static final int PATIENCE_MILLIS = 30_000;

  private final URI registry;
  private final String request;
  private final Thread thread;
  private volatile boolean done;
  private volatile long bytes;
  private volatile String reason = "";

  private StalledReader(URI registry, String repository, Digest layer) {
    this.registry = registry;
    this.request =
        "GET /v2/%s/blobs/%s HTTP/1.1\r\nHost: %s:%d\r\n\r\n"
            .formatted(repository, layer, registry.getHost(), Target.portOf(registry));
    this.thread = Thread.ofVirtual().name("stalled-reader").unstarted(this::run);
  }

  static StalledReader start(URI registry, String repository, Digest layer) {
    var reader = new StalledReader(registry, repository, layer);
    reader.thread.start();
    return reader;
  }

  /**
   * What became of it.
   *
   * @param stood whether the registry served it to the end, slow as it was
   * @param reason why not
   */
  record End(boolean stood, long bytes, String reason) {}

  /** Hangs up. */
  End end() {
    done = true;
    thread.interrupt();
    return new End(
        reason.isEmpty() && bytes > 0, bytes, bytes > 0 ? reason : "no answer " + reason);
  }

  private void run() {
    try (var socket = new Socket()) {
      socket.setReceiveBufferSize(RECEIVE_BUFFER);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(new InetSocketAddress(registry.getHost(), Target.portOf(registry)));
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      var bite = new byte[BITE];
      long sum = 0;
      while (!done) {
        int read = socket.getInputStream().readNBytes(bite, 0, bite.length);
        if (bytes == 0
            && !new String(bite, 0, 15, StandardCharsets.US_ASCII).equals("HTTP/1.1 200 OK")) {
          reason = new String(bite, 0, 15, StandardCharsets.US_ASCII);
          return;
        }
        sum += read;
        bytes = sum;
        if (read < bite.length) {
          reason = "cut after " + bytes + " bytes";
          return;
        }
        Thread.sleep(REST);
      }
    } catch (SocketTimeoutException e) {
      reason = done ? "" : "nothing came for " + PATIENCE_MILLIS + " ms after " + bytes + " bytes";
    } catch (IOException e) {
      reason = done ? "" : e.toString();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
