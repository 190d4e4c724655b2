package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Payload;
import io.sluice.testkit.RawConnection;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import java.util.ArrayList;
import java.util.concurrent.locks.LockSupport;

/** Clients that stall, and too many of them. */
class ConnectionLimitsTest {
  private static final String IMPATIENT =
      """
      http: {readTimeout: 300ms, writeTimeout: 300ms}
      sluice:
        http: {headerTimeout: 300ms, keepAliveTimeout: 300ms}
        uploads: {parkAfter: 50ms}
      """;

  @RegistryTest(config = IMPATIENT)
  void aClientThatStallsInABodyIsCutOffAndItsMemoryGivenBack(Registry registry) {
    var payload = Payload.ofSize(3_000_000);
    var upload = registry.repository("team/app").startUpload();
    try (var connection = upload.beginPatch(3_000_000).send(payload.slice(0, 2_500_000))) {
      connection.readUntilClosed();
    }
    registry.holdsNoMemory();
    assertThat(upload.offset()).isEqualTo(2_500_000);
    upload.send(payload, 2_500_000, 3_000_000).finish(payload.digest());
    registry.isUnharmed();
    registry.leavesNothingBehind();
  }

  @RegistryTest(config = IMPATIENT)
  void aClientThatDoesNotReadIsCutOffAndItsBlobClosed(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(12_000_000);
    app.push(payload);
    try (var connection = registry.connectNarrow()) {
      connection.request("GET " + app.path("blobs/" + payload.digest()));
      // It is closed while nobody reads: what is in the kernel's buffers still comes.
      eventually(registry.storage()::unfinished, unfinished -> assertThat(unfinished).isEmpty());
      LockSupport.parkNanos(1_000_000_000);
      assertThat(connection.readUntilClosed()).isLessThan(12_000_000);
    }
    registry.isUnharmed();
    registry.leavesNothingBehind();
  }

  @RegistryTest(config = "{sluice: {shutdown: {timeout: 100ms}}}")
  void aStopIsNotHeldUpByAClientThatDoesNotRead(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(12_000_000);
    app.push(payload);
    try (var connection = registry.connectNarrow()) {
      connection.request("GET " + app.path("blobs/" + payload.digest()));
      assertThat(connection.readHead().status()).isEqualTo(200);
      long start = System.nanoTime();
      registry.restart();
      assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    }
    registry.isUnharmed();
    registry.leavesNothingBehind();
  }

  @RegistryTest(config = IMPATIENT)
  void aClientThatSaysNothingIsCutOff(Registry registry) {
    registry.isUnharmed();
    try (var silent = registry.connect();
        var slow = registry.connect().send("GET /v2/ HTT");
        var upgrading = registry.connect().send("PRI * HTTP/2.0\r\n");
        var resting = registry.connect()) {
      resting.request("GET /v2/").read().expect(200);
      silent.readUntilClosed();
      slow.readUntilClosed();
      upgrading.readUntilClosed();
      resting.readUntilClosed();
    }
    registry.isUnharmed();
  }

  @RegistryTest(config = IMPATIENT)
  void aHeaderThatComesByteByByteIsNotWaitedForForEver(Registry registry) {
    registry.isUnharmed();
    try (var connection = registry.connect()) {
      long start = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        connection.sendIfPossible("GET /v2/ HTTP/1.1\r\nX: yyyyyyy".substring(i, i + 1));
        // What makes a client slow; nothing is waited for.
        LockSupport.parkNanos(50_000_000);
      }
      assertThat(connection.readUntilClosed()).isZero();
      assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    }
    registry.isUnharmed();
  }

  @RegistryTest(config = "{sluice: {http: {maxConnections: 5}}}")
  void connectionsThatSayNothingCountToo(Registry registry) {
    registry.isUnharmed();
    var silent = new ArrayList<RawConnection>();
    for (int i = 0; i < 10; i++) {
      silent.add(registry.connect());
    }
    try (var tooMany = registry.connect()) {
      assertThat(tooMany.readUntilClosed()).isZero();
    }
    silent.forEach(RawConnection::close);
    eventually(
        () -> registry.connect().request("GET /v2/"),
        connection -> {
          try (connection) {
            connection.read().expect(200);
          } catch (java.io.UncheckedIOException closed) {
            throw new AssertionError(closed);
          }
        });
  }

  @RegistryTest(config = IMPATIENT)
  void aSlowClientThatGoesOnIsNotCutOff(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(20);
    var upload = app.startUpload();
    try (var connection = upload.beginPatch(20)) {
      for (int i = 0; i < 20; i++) {
        connection.send(payload.slice(i, i + 1));
        // What makes a client slow; nothing is waited for.
        LockSupport.parkNanos(100_000_000);
      }
      connection.read().expect(202);
    }
    upload.finish(payload.digest());
  }

  @RegistryTest(config = "{sluice: {http: {maxConnections: 5}}}")
  void moreConnectionsThanTheLimitAreClosedAndThenAreTakenAgain(Registry registry) {
    var open = new ArrayList<RawConnection>();
    for (int i = 0; i < 5; i++) {
      var connection = registry.connect();
      connection.request("GET /v2/").read().expect(200);
      open.add(connection);
    }
    try (var tooMany = registry.connect()) {
      tooMany.sendIfPossible("GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(tooMany.readUntilClosed()).isZero();
    }
    open.getFirst().request("GET /v2/").read().expect(200);
    open.forEach(RawConnection::close);
    eventually(
        () -> registry.connect().request("GET /v2/"),
        connection -> {
          try (connection) {
            connection.read().expect(200);
          } catch (java.io.UncheckedIOException closed) {
            throw new AssertionError(closed);
          }
        });
  }

  @RegistryTest
  void clientsThatComeAndGoLeaveNothing(Registry registry) {
    registry.isUnharmed();
    var app = registry.repository("team/app");
    for (int i = 0; i < 50; i++) {
      registry.connect().cut();
      registry.connect().send("GET /v2/").cut();
      registry.connect().request("GET /v2/_catalog").cut();
      registry
          .connect()
          .request("POST " + app.path("blobs/uploads/?digest=sha256:x"), "Content-Length: 10")
          .cut();
    }
    registry.isUnharmed();
    registry.leavesNothingBehind();
  }
}
