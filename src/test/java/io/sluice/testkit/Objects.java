package io.sluice.testkit;

import io.sluice.oci.Digest;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** The objects of a store behind a registry's back: they are looked at, and broken. */
public final class Objects {
  private final ObjectStore store;

  Objects(ObjectStore store) {
    this.store = store;
  }

  /** The keys below a prefix. */
  public List<String> keys(String prefix) {
    return await(Listings.all(store, prefix)).stream().map(Listing.Entry::key).toList();
  }

  public byte[] read(String key) {
    return await(store.read(key)).getBytes();
  }

  public void delete(String key) {
    await(store.delete(List.of(key)));
  }

  /** Puts other bytes in the place of what is there. */
  public void change(String key, UnaryOperator<byte[]> change) {
    var bytes = change.apply(read(key));
    delete(key);
    await(store.put(key, ByteBuffer.wrap(bytes)));
  }

  /** One bit of the last byte is another one. */
  public void flip(String key) {
    change(
        key,
        bytes -> {
          bytes[bytes.length - 1] ^= 1;
          return bytes;
        });
  }

  /** The last byte is missing. */
  public void truncate(String key) {
    change(key, bytes -> Arrays.copyOf(bytes, bytes.length - 1));
  }

  /** The newest link of a repository to a blob. */
  public String link(Repository repository, Digest blob) {
    return keys(folder(repository, "_blobs", blob)).getLast();
  }

  /** Where the bytes are that the newest link leads to. */
  public String data(Repository repository, Digest blob) {
    var link = link(repository, blob);
    var id = link.substring(link.lastIndexOf('/') + 1).split("-", -1)[1];
    return "data/" + id.substring(id.length() - 2) + "/" + id;
  }

  /** The newest revision of a manifest. */
  public String revision(Repository repository, Digest manifest) {
    return keys(folder(repository, "_manifests", manifest)).getLast();
  }

  private static String folder(Repository repository, String kind, Digest digest) {
    return "repos/%s/%s/%s/%s/"
        .formatted(repository.name(), kind, digest.algorithm().id(), digest.hex());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(30, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("nothing happened for 30 s", e);
    }
  }
}
