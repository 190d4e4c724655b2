package io.sluice.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sluice.Await;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RepositoryName;
import io.sluice.store.memory.MemoryObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An upload is that of the client who began it, whoever else may know its id. */
class UploadOwnersTest {
  private static final byte[] CONTENT = new byte[3 * UploadsFixture.PART + 5];
  private static final Digest DIGEST = Digest.sha256(CONTENT);

  private final Vertx vertx = Vertx.vertx();
  private final MemoryObjectStore store = new MemoryObjectStore(vertx);
  private final UploadsFixture fixture = new UploadsFixture(vertx, store, 8);
  private UploadId id = UploadId.random();

  @BeforeEach
  void begin() {
    id = fixture.begin();
  }

  @AfterEach
  void stop() {
    fixture.close();
    Await.result(vertx.close());
  }

  /** The id is right, and one of the rest isn't. */
  private List<UploadHandle> strangers() {
    return List.of(
        new UploadHandle(UploadsFixture.APP, id, "mallory"),
        new UploadHandle(UploadsFixture.APP, id, ""),
        new UploadHandle(new RepositoryName("other"), id, UploadsFixture.OWNER));
  }

  private void requireUnknownToStrangers(UploadsFixture at) {
    for (var stranger : strangers()) {
      List<Callable<Future<?>>> attempts =
          List.of(
              () -> at.uploads().offset(stranger),
              () -> at.uploads().lease(stranger),
              () -> at.uploads().seal(stranger, DIGEST),
              () -> at.uploads().cancel(stranger));
      for (var attempt : attempts) {
        assertThat(catchThrowable(() -> at.onStorage(() -> attempt.call().mapEmpty())))
            .as("to %s", stranger)
            .matches(e -> UploadsFixture.isRegistryError(e, RegistryError.UploadUnknown.class));
      }
    }
  }

  @Test
  void anIdleUploadIsUnknownToOthersAndStaysAsItIs() {
    fixture.send(id, CONTENT);

    requireUnknownToStrangers(fixture);

    assertThat(fixture.seal(id, DIGEST)).isEqualTo(CONTENT);
  }

  @Test
  void aRequestThatIsWritingIsNotCutOffByOthers() {
    var request = fixture.lease(id);
    Await.result(request.opening(CONTENT.length));

    requireUnknownToStrangers(fixture);

    request.send(CONTENT, 50);
    assertThat(request.release()).isEqualTo(CONTENT.length);
    assertThat(fixture.seal(id, DIGEST)).isEqualTo(CONTENT);
  }

  @Test
  void aParkedUploadIsUnknownToOthersAndStaysParked() {
    fixture.send(id, CONTENT);
    fixture.tick();
    var parked = store.keys();

    requireUnknownToStrangers(fixture);

    assertThat(fixture.active()).isZero();
    assertThat(store.keys()).isEqualTo(parked);
    assertThat(fixture.offset(id)).isEqualTo(CONTENT.length);
    assertThat(fixture.seal(id, DIGEST)).isEqualTo(CONTENT);
  }

  @Test
  void whoseItIsHoldsAfterARestartAndOnAnotherReplica() {
    fixture.send(id, CONTENT);
    fixture.restart();
    requireUnknownToStrangers(fixture);

    var replica = new UploadsFixture(vertx, store, 8);
    requireUnknownToStrangers(replica);

    assertThat(replica.seal(id, DIGEST)).isEqualTo(CONTENT);
    replica.close();
  }
}
