package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.oci.Digest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  @TempDir Path folder;
  private Vertx vertx;
  private WorkerExecutor workers;
  private final SpoolSpace space = new SpoolSpace();
  private int files;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    workers = vertx.createSharedWorkerExecutor("spool-test", 3);
    space.resize(1 << 30);
  }

  @AfterEach
  void stop() throws TimeoutException {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  private <T> T onContext(Callable<Future<T>> action) {
    try {
      var context = vertx.getOrCreateContext();
      var done = io.vertx.core.Promise.<T>promise();
      context.runOnContext(
          _ -> {
            try {
              action.call().onComplete(done);
            } catch (Exception e) {
              done.fail(e);
            }
          });
      return done.future().await(10, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("nothing happened for 10 s", e);
    }
  }

  private Spool spool(boolean inFile) throws IOException {
    var file = inFile ? SpoolFile.create(folder.resolve("spool" + files++)) : null;
    return new Spool(workers, file, Digest.Algorithm.SHA256, space, 0);
  }

  /** All that a reader gets, in pieces of random lengths, until the end. */
  private static Future<Buffer> readAll(Spool spool, long from, Random random, Buffer sofar) {
    return spool
        .read(from + sofar.length(), 1 + random.nextInt(100_000), false)
        .compose(
            piece ->
                piece.length() == 0
                    ? Future.succeededFuture(sofar)
                    : readAll(spool, from, random, sofar.appendBuffer(piece)));
  }

  @Test
  void everyReaderGetsTheSameBytesAtAnyPaceFromAnyOffset() throws IOException {
    for (int seed = 0; seed < 60; seed++) {
      var random = new Random(seed);
      boolean inFile = random.nextBoolean();
      var bytes = new byte[1 + random.nextInt(inFile ? 1_500_000 : Spool.IN_MEMORY)];
      random.nextBytes(bytes);
      var spool = spool(inFile);
      var offsets = new ArrayList<Integer>(List.of(0));
      List<Buffer> read =
          onContext(
              () -> {
                var readers = new ArrayList<Future<Buffer>>();
                int at = 0;
                while (at < bytes.length) {
                  if (random.nextInt(3) == 0) {
                    offsets.add(random.nextInt(bytes.length));
                  }
                  while (readers.size() < offsets.size()) {
                    readers.add(
                        readAll(spool, offsets.get(readers.size()), random, Buffer.buffer()));
                  }
                  int length = Math.min(bytes.length - at, 1 + random.nextInt(200_000));
                  spool.append(Buffer.buffer(Arrays.copyOfRange(bytes, at, at + length)));
                  at += length;
                }
                return spool
                    .finish()
                    .compose(
                        digest -> {
                          assertThat(digest).isEqualTo(Digest.sha256(bytes));
                          spool.approve();
                          return Future.all(readers);
                        })
                    .map(_ -> readers.stream().map(Future::result).toList());
              });
      for (int i = 0; i < read.size(); i++) {
        assertThat(read.get(i).getBytes())
            .as("seed %d, from %d", seed, offsets.get(i))
            .isEqualTo(Arrays.copyOfRange(bytes, offsets.get(i), bytes.length));
      }
      onContext(
          () -> {
            spool.close(new SpoolStream.Gone());
            return spool.gone();
          });
    }
    assertThat(folder).isEmptyDirectory();
    assertThat(space.used()).isZero();
  }

  @Test
  void theLastByteIsGivenOutWhenAllWasApproved() throws IOException {
    var spool = spool(false);
    var last =
        onContext(
            () -> {
              spool.append(Buffer.buffer("good"));
              return spool
                  .finish()
                  .compose(_ -> spool.read(0, 100, false))
                  .map(
                      piece -> {
                        assertThat(piece).isEqualTo(Buffer.buffer("goo"));
                        var rest = spool.read(3, 100, false);
                        assertThat(rest.isComplete()).isFalse();
                        spool.approve();
                        return rest.result();
                      });
            });
    assertThat(last).isEqualTo(Buffer.buffer("d"));
  }

  @Test
  void whoeverFindsOutByHimselfGetsItBefore() throws IOException {
    var spool = spool(false);
    Buffer all =
        onContext(
            () -> {
              spool.append(Buffer.buffer("good"));
              return spool.read(0, 100, true);
            });
    assertThat(all).isEqualTo(Buffer.buffer("good"));
  }

  @Test
  void aFailureReachesThoseWhoWaitAndThoseWhoComeLater() throws IOException {
    var spool = spool(true);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(
              () ->
                  this.<Buffer>onContext(
                      () -> {
                        spool.append(Buffer.buffer("g"));
                        var waiting = spool.read(0, 100, false);
                        spool.fail(new IllegalStateException("bad"));
                        return waiting;
                      }))
          .hasMessage("bad");
    }
    onContext(
        () -> {
          spool.close(new SpoolStream.Gone());
          return spool.gone();
        });
  }

  @Test
  void whatHasNoRoomIsRefused() throws IOException {
    space.resize(20 << 20);
    var spool = spool(true);
    boolean second =
        onContext(
            () -> {
              assertThat(spool.append(Buffer.buffer(new byte[16 << 20]))).isTrue();
              return Future.succeededFuture(spool.append(Buffer.buffer(new byte[5 << 20])));
            });
    assertThat(second).isFalse();
    onContext(
        () -> {
          spool.close(new SpoolStream.Gone());
          return spool.gone();
        });
    assertThat(space.used()).isZero();
  }
}
