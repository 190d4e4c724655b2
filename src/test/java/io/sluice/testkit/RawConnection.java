package io.sluice.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** A client that sends whatever it is told to, and may go away at any time. */
public final class RawConnection implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket wire = new Socket();
  private final Socket socket;
  private final InputStream in;
  private String asked = "";

  RawConnection(int port, int receiveBuffer, Optional<SSLContext> tls) {
    try {
      if (receiveBuffer > 0) {
        wire.setReceiveBufferSize(receiveBuffer);
      }
      wire.setTcpNoDelay(true);
      wire.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      wire.setSoTimeout(PATIENCE_MILLIS);
      socket =
          tls.isEmpty()
              ? wire
              : tls.get().getSocketFactory().createSocket(wire, "localhost", port, true);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends text as it is; lines must have their {@code \r\n}. */
  public RawConnection send(String text) {
    asked = text.lines().findFirst().orElse("");
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A request line and headers, with what HTTP/1.1 wants around them. */
  public RawConnection request(String line, String... headers) {
    var text = new StringBuilder(line).append(" HTTP/1.1\r\nHost: registry.test\r\n");
    Arrays.stream(headers).forEach(header -> text.append(header).append("\r\n"));
    return send(text.append("\r\n").toString());
  }

  public RawConnection send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends as far as the other side takes it: it may have closed the connection by now. */
  public RawConnection sendIfPossible(String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
    } catch (IOException closed) {
      // The answer tells.
    }
    return this;
  }

  /** Says that nothing more will come, and stays to listen. */
  public RawConnection endOutput() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Goes away without a word: the other side sees a reset. */
  public void cut() {
    try {
      wire.setSoLinger(true, 0);
      wire.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads one answer with its body; {@code 100 Continue} is one without. */
  public Answer read() {
    return read(true);
  }

  /** Reads the answer to a HEAD: there is no body, whatever its headers say. */
  public Answer readHead() {
    return read(false);
  }

  private Answer read(boolean withBody) {
    try {
      var statusLine = line();
      int status = Integer.parseInt(statusLine.split(" ", -1)[1]);
      var headers = new HashMap<String, List<String>>();
      for (var line = line(); !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        headers
            .computeIfAbsent(
                line.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
            .add(line.substring(colon + 1).strip());
      }
      boolean bodyless = !withBody || status < 200 || status == 204 || status == 304;
      return new Answer(asked, status, headers, bodyless ? new byte[0] : body(headers));
    } catch (IOException e) {
      throw new UncheckedIOException("no answer to " + asked, e);
    }
  }

  private byte[] body(Map<String, List<String>> headers) throws IOException {
    var length = headers.getOrDefault("content-length", List.of());
    if (length.isEmpty()) {
      return in.readAllBytes();
    }
    int expected = Integer.parseInt(length.getFirst());
    var body = in.readNBytes(expected);
    if (body.length < expected) {
      throw new EOFException("only " + body.length + " of " + expected + " bytes came");
    }
    return body;
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the connection was closed");
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /** How many bytes come before the other side closes the connection. */
  public long readUntilClosed() {
    long count = 0;
    var buffer = new byte[64 << 10];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        count += n;
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the registry did not close the connection", e);
    } catch (SocketException | SSLException cut) {
      return count;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return count;
  }

  /** The next byte, or -1 when the other side has closed the connection. */
  public int readByte() {
    try {
      return in.read();
    } catch (SocketException reset) {
      return -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of a connection with TLS. */
  public SSLSession session() {
    return ((SSLSocket) socket).getSession();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
