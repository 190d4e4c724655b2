package io.sluice.bench;

import io.sluice.oci.Digest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** What a run pushes and has pushed. Thread safe. */
final class Stock {
  static final int SMALL_LAYERS = 10;
  static final int SMALL_SIZE = 64 << 10;

  private final String repository;
  private final long largeSize;
  private final byte[] run = new byte[16];
  private final String tagPrefix;
  private final AtomicLong tags = new AtomicLong();
  private final Content small;
  private final Queue<Image> images = new ConcurrentLinkedQueue<>();

  private Stock(String repository, long largeSize) {
    this.repository = repository;
    this.largeSize = largeSize;
    new SecureRandom().nextBytes(run);
    this.tagPrefix = "bench-" + HexFormat.of().formatHex(run, 0, 4) + "-";
    this.small = new Content(SMALL_SIZE, run);
  }

  static Stock of(String repository, long largeSize) {
    return new Stock(repository, largeSize);
  }

  String repository() {
    return repository;
  }

  /** A new image of ten small layers. */
  Image smallImage() {
    return Image.of(tag(), Stream.generate(small::next).limit(SMALL_LAYERS).toList());
  }

  /** A new image of one layer. */
  Image image(Content content) {
    return Image.of(tag(), List.of(content.next()));
  }

  /** The content of large layers; hashes one of them, so it blocks, for seconds perhaps. */
  Content largeContent() {
    return new Content(largeSize, run);
  }

  /** Remembers what is, or may in part be, on the registry, so that it will be deleted. */
  void add(Image image) {
    images.add(image);
  }

  List<Image> images() {
    return List.copyOf(images);
  }

  List<Digest> manifests() {
    return images.stream().map(Image::digest).toList();
  }

  List<Digest> blobs() {
    var all = new ArrayList<Digest>();
    images.forEach(image -> image.blobs().map(Blob::digest).forEach(all::add));
    return all;
  }

  private String tag() {
    return tagPrefix + tags.getAndIncrement();
  }
}
