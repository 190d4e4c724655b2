package io.sluice.store.memory;

import io.sluice.oci.RegistryError.StoreUnavailable;
import io.sluice.oci.RegistryException;
import io.sluice.store.Content;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * A store that lets something else happen right before one of its calls, or lets one call fail
 * although it had its effect; and that tells what was called. So two operations can be interleaved
 * at every place there is.
 */
public final class InterleavedStore implements ObjectStore {
  private static final int EACH = Integer.MAX_VALUE;

  private final ObjectStore store;
  private final List<String> calls = new ArrayList<>();
  private Supplier<? extends Future<?>> action = Future::succeededFuture;
  private int actBefore = -1;
  private int actAfter = -1;
  private int failAt = -1;
  private int refuseAt = -1;

  public InterleavedStore(ObjectStore store) {
    this.store = store;
  }

  /** Lets {@code somethingElse} happen before the call of this number, from 0 from now on. */
  public void before(int call, Supplier<? extends Future<?>> somethingElse) {
    calls.clear();
    actBefore = call;
    action = somethingElse;
    actAfter = -1;
    failAt = -1;
    refuseAt = -1;
  }

  /** Lets {@code somethingElse} happen between the effect of this call and its answer. */
  public void after(int call, Supplier<? extends Future<?>> somethingElse) {
    before(-1, somethingElse);
    actAfter = call;
  }

  /** Lets {@code somethingElse} happen before every call. */
  public void beforeEach(Supplier<? extends Future<?>> somethingElse) {
    before(EACH, somethingElse);
  }

  /** Lets the call of this number, from 0 from now on, fail behind its effect. */
  public void failAfter(int call) {
    before(-1, Future::succeededFuture);
    failAt = call;
  }

  /** Lets the call of this number, from 0 from now on, fail without any effect. */
  public void failBefore(int call) {
    before(-1, Future::succeededFuture);
    refuseAt = call;
  }

  /** What was called since then, as in {@code put a/b}. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  private <T> Future<T> call(String what, Supplier<Future<T>> forward) {
    int number = calls.size();
    calls.add(what);
    if (number == refuseAt) {
      return unavailable();
    }
    var result =
        number == actBefore || actBefore == EACH
            ? act().compose(_ -> forward.get())
            : forward.get();
    if (number == actAfter) {
      return result.compose(value -> act().map(value));
    }
    return number == failAt ? result.compose(_ -> unavailable()) : result;
  }

  private static <T> Future<T> unavailable() {
    return Future.failedFuture(new RegistryException(new StoreUnavailable("simulated")));
  }

  private Future<Void> act() {
    return action.get().transform(_ -> Future.succeededFuture());
  }

  @Override
  public Future<Void> put(String key, ByteBuffer... content) {
    return call("put " + key, () -> store.put(key, content));
  }

  @Override
  public Future<Buffer> read(String key) {
    return call("read " + key, () -> store.read(key));
  }

  @Override
  public Future<Content> open(String key, long offset, long length) {
    return call("open " + key, () -> store.open(key, offset, length));
  }

  @Override
  public Future<Listing> list(ListRequest request) {
    return call("list " + request.prefix(), () -> store.list(request));
  }

  @Override
  public Future<Void> delete(Collection<String> keys) {
    return call("delete " + String.join(" ", keys), () -> store.delete(keys));
  }

  @Override
  public Future<MultipartWrite> startMultipart(String key) {
    return call("begin " + key, () -> store.startMultipart(key))
        .map(write -> new Write(key, write));
  }

  @Override
  public MultipartWrite resumeMultipart(
      String key, String multipartId, List<MultipartWrite.Part> known) {
    return new Write(key, store.resumeMultipart(key, multipartId, known));
  }

  @Override
  public Future<List<PendingMultipart>> pendingMultiparts() {
    return store.pendingMultiparts();
  }

  @Override
  public int partSize() {
    return store.partSize();
  }

  @Override
  public int smallestPartSize() {
    return store.smallestPartSize();
  }

  @Override
  public Future<Void> check() {
    return store.check();
  }

  @Override
  public Future<Void> close() {
    return store.close();
  }

  private final class Write implements MultipartWrite {
    private final String key;
    private final MultipartWrite write;

    Write(String key, MultipartWrite write) {
      this.key = key;
      this.write = write;
    }

    @Override
    public String id() {
      return write.id();
    }

    @Override
    public Future<Part> write(int number, long offset, ByteBuffer... bytes) {
      return call("part " + number + " of " + key, () -> write.write(number, offset, bytes));
    }

    @Override
    public Future<List<Part>> parts() {
      return call("parts of " + key, write::parts);
    }

    @Override
    public Future<Void> complete(List<Part> parts) {
      return call("complete " + key, () -> write.complete(parts));
    }

    @Override
    public Future<Void> suspend() {
      return call("suspend " + key, write::suspend);
    }

    @Override
    public Future<Void> abort() {
      return call("abort " + key, write::abort);
    }
  }
}
