package io.sluice.testkit;

import io.sluice.oci.Digest;

/** An upload that a client has begun; it goes on where the last {@code Location} said. */
public final class Upload {
  private final Registry registry;
  private final Repository repository;
  private String location;

  Upload(Registry registry, Repository repository, Answer begun) {
    this.registry = registry;
    this.repository = repository;
    this.location = begun.header("Location");
  }

  private Upload(Registry registry, Repository repository, String location) {
    this.registry = registry;
    this.repository = repository;
    this.location = location;
  }

  /** The same upload by way of another registry on the same storage. */
  public Upload at(Registry other) {
    return new Upload(other, other.repository(repository.name()), location);
  }

  public String location() {
    return location;
  }

  /** The session's id. */
  public String id() {
    return location.substring(location.lastIndexOf('/') + 1);
  }

  /** How many bytes the registry says that it has. */
  public long offset() {
    return offset(registry.get(location).answers(204));
  }

  /** What a {@code Range: 0-N} says; where {@code 0-0} is none or one, it is none here. */
  private static long offset(Answer answer) {
    long last = Long.parseLong(answer.header("Range").substring("0-".length()));
    return last == 0 ? 0 : last + 1;
  }

  public Ask patch() {
    return registry.patch(location);
  }

  /** Sends bytes from one offset to before another as a chunk that says where it belongs. */
  public Upload send(Payload payload, long from, long to) {
    var answer =
        patch()
            .header("Content-Range", from + "-" + (to - 1))
            .body(payload.slice((int) from, (int) to))
            .answers(202);
    location = answer.header("Location");
    return this;
  }

  /** Announces all that is left from an offset on, sends up to another, and is gone. */
  public void sendThenCut(Payload payload, int from, int to) {
    var connection = beginPatch(payload.size() - from);
    connection.send(payload.slice(from, to));
    // Not before it has arrived: a reset would throw away what the other side has not read yet.
    Eventually.eventually(
        this::offset, offset -> org.assertj.core.api.Assertions.assertThat(offset).isEqualTo(to));
    connection.cut();
  }

  /** A PATCH that announces so many bytes, of which none has been sent. */
  public RawConnection beginPatch(long length) {
    return registry
        .connect()
        .request(
            "PATCH " + location,
            "Content-Type: application/octet-stream",
            "Content-Length: " + length);
  }

  /** The request that ends it. */
  public Ask put(Digest digest) {
    return registry.put(location + "?digest=" + digest);
  }

  public void finish(Digest digest) {
    put(digest).answers(201);
  }

  public Ask cancel() {
    return registry.delete(location);
  }

  public Repository repository() {
    return repository;
  }
}
