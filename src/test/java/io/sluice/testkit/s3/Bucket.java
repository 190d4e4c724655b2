package io.sluice.testkit.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Gatherers;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * What one test has of an {@link S3Server}: every key that begins with {@link #prefix} in {@link
 * #name}. It outlives a registry's restarts.
 */
public final class Bucket implements AutoCloseable {
  private static final int KEYS_PER_DELETION = 1000;

  private final S3Server server;
  private final String name;
  private final String prefix;

  Bucket(S3Server server, String name, String prefix) {
    this.server = server;
    this.name = name;
    this.prefix = prefix;
  }

  public S3Server server() {
    return server;
  }

  public String name() {
    return name;
  }

  /** Empty, or ends with a slash. */
  public String prefix() {
    return prefix;
  }

  /** The keys of all objects, without the prefix, in order. */
  public List<String> keys() {
    return objects().stream().map(it -> it.key().substring(prefix.length())).toList();
  }

  /** The multipart uploads that were neither completed nor aborted, as keys without the prefix. */
  public List<String> unfinished() {
    return uploads().stream().map(it -> it.key().substring(prefix.length())).sorted().toList();
  }

  private List<S3Object> objects() {
    var objects = new ArrayList<S3Object>();
    client()
        .listObjectsV2Paginator(it -> it.bucket(name).prefix(prefix))
        .contents()
        .subscribe(objects::add)
        .join();
    return objects;
  }

  /** Asks for those of the whole bucket: MinIO knows no prefixes of them but whole keys. */
  private List<MultipartUpload> uploads() {
    var uploads = new ArrayList<MultipartUpload>();
    client()
        .listMultipartUploadsPaginator(it -> it.bucket(name))
        .uploads()
        .filter(it -> it.key().startsWith(prefix))
        .subscribe(uploads::add)
        .join();
    return uploads;
  }

  /** Removes all objects and multipart uploads. */
  @Override
  public void close() {
    for (var upload : uploads()) {
      client()
          .abortMultipartUpload(it -> it.bucket(name).key(upload.key()).uploadId(upload.uploadId()))
          .join();
    }
    var keys = objects().stream().map(it -> ObjectIdentifier.builder().key(it.key()).build());
    for (var some : keys.gather(Gatherers.windowFixed(KEYS_PER_DELETION)).toList()) {
      client()
          .deleteObjects(it -> it.bucket(name).delete(delete -> delete.objects(some).quiet(true)))
          .join();
    }
  }

  private S3AsyncClient client() {
    return server.housekeeping();
  }
}
