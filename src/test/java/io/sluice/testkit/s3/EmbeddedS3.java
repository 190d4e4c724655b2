package io.sluice.testkit.s3;

import java.net.URI;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/** S3Proxy in this process, on loopback. It ends, and its files go, when the JVM ends. */
final class EmbeddedS3 {
  static final String REGION = "us-east-1";
  static final String ACCESS_KEY = "AKIASLUICETEST";
  static final String SECRET_KEY = "secret-of-the-tests";

  private final S3Proxy proxy;
  private final BlobStore store;

  private EmbeddedS3(int port, BlobStore store) {
    this.store = store;
    proxy =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .ignoreUnknownHeaders(true)
            .stopTimeout(0)
            .build();
    try {
      proxy.start();
    } catch (Exception e) {
      throw new IllegalStateException("the S3 server doesn't start", e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "s3-server-end"));
  }

  /** Keeps everything on the heap; port 0 means a free one. */
  static EmbeddedS3 inMemory(int port) {
    return new EmbeddedS3(port, new PiecewiseStore(null));
  }

  /** Keeps what is large in an existing folder, for as long as it runs. */
  static EmbeddedS3 inFolder(int port, Path folder) {
    return new EmbeddedS3(port, new PiecewiseStore(folder));
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + proxy.getPort());
  }

  /** Makes a bucket unless it is there. */
  void createBucket(String name) {
    if (!store.containerExists(name)) {
      store.createContainer(name);
    }
  }

  private void close() {
    try {
      proxy.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the S3 server doesn't stop", e);
    }
    store.close();
  }
}
