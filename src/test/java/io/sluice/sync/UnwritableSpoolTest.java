package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError.StoreUnavailable;
import io.sluice.oci.RegistryException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A spool whose disk takes nothing more. */
class UnwritableSpoolTest {
  @TempDir private Path folder;

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  @Test
  void whatCanNotBeWrittenEndsTheWritingAndTheReading() throws IOException {
    var file = SpoolFile.create(folder.resolve("spool"));
    file.close();
    Promise<Throwable> written = Promise.promise();
    Promise<Throwable> read = Promise.promise();
    vertx.runOnContext(
        _ -> {
          var workers = vertx.createSharedWorkerExecutor("spool", 1);
          var spool = new Spool(workers, file, Digest.Algorithm.SHA256, new SpoolSpace(), 10);
          spool.onUnwritable(written::complete);
          spool.read(0, 10, false).onFailure(read::complete);
          spool.append(Buffer.buffer("0123456789"));
        });
    isOfTheFolder(written.future());
    isOfTheFolder(read.future());
  }

  private static void isOfTheFolder(Future<Throwable> failure) {
    assertThat(Await.result(failure))
        .isInstanceOfSatisfying(
            RegistryException.class,
            it -> {
              assertThat(it.error()).isInstanceOf(StoreUnavailable.class);
              assertThat(it.error().message()).contains("extensions.sync.downloadDir");
            });
  }
}
