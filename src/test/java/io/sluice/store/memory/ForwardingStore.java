package io.sluice.store.memory;

import io.sluice.store.Content;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Another store, but for what a test changes. */
public class ForwardingStore implements ObjectStore {
  private final ObjectStore store;

  public ForwardingStore(ObjectStore store) {
    this.store = store;
  }

  @Override
  public Future<Void> put(String key, ByteBuffer... content) {
    return store.put(key, content);
  }

  @Override
  public Future<MultipartWrite> startMultipart(String key) {
    return store.startMultipart(key);
  }

  @Override
  public MultipartWrite resumeMultipart(
      String key, String multipartId, List<MultipartWrite.Part> known) {
    return store.resumeMultipart(key, multipartId, known);
  }

  @Override
  public Future<List<PendingMultipart>> pendingMultiparts() {
    return store.pendingMultiparts();
  }

  @Override
  public Future<Buffer> read(String key) {
    return store.read(key);
  }

  @Override
  public Future<Content> open(String key, long offset, long length) {
    return store.open(key, offset, length);
  }

  @Override
  public Future<Listing> list(ListRequest request) {
    return store.list(request);
  }

  @Override
  public Future<Void> delete(Collection<String> keys) {
    return store.delete(keys);
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
  public int partScale(int number) {
    return store.partScale(number);
  }

  @Override
  public int mostParts() {
    return store.mostParts();
  }

  @Override
  public Future<Optional<URI>> directUrl(String key, Duration valid) {
    return store.directUrl(key, valid);
  }

  @Override
  public Future<Void> check() {
    return store.check();
  }

  @Override
  public Future<Void> close() {
    return store.close();
  }
}
