package io.sluice.clients;

import io.sluice.oci.Digest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A folder in the form of the OCI image layout, which clients read images from. */
final class OciLayout {
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final int TAR_BLOCK = 512;

  private final Path folder;
  private final SplittableRandom random;
  private final List<String> entries = new ArrayList<>();

  record Blob(Digest digest, long size) {
    String descriptor(String mediaType) {
      return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
          .formatted(mediaType, digest, size);
    }
  }

  /** A new one; equal seeds make equal images. */
  OciLayout(Path folder, long seed) throws IOException {
    this.folder = folder;
    this.random = new SplittableRandom(seed);
    Files.createDirectories(folder.resolve("blobs/sha256"));
    Files.writeString(folder.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  /** How skopeo names an image of it. */
  String reference(String tag) {
    return "oci:" + folder + ":" + tag;
  }

  /** Adds an image with layers that have so many bytes of content. */
  Digest image(String tag, long... layers) throws IOException {
    return enter(tag, MANIFEST, manifest("amd64", layers)).digest();
  }

  /** Adds an index of images for these architectures, each with one layer of its own. */
  Digest index(String tag, List<String> architectures, long layer) throws IOException {
    var children = new ArrayList<String>();
    for (var architecture : architectures) {
      var descriptor = manifest(architecture, layer).descriptor(MANIFEST);
      children.add(
          descriptor.substring(0, descriptor.length() - 1)
              + ",\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"}}"
                  .formatted(architecture));
    }
    var json =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
            .formatted(INDEX, String.join(",", children));
    return enter(tag, INDEX, blob(json)).digest();
  }

  private Blob manifest(String architecture, long... sizes) throws IOException {
    var layers = new ArrayList<Blob>();
    for (long size : sizes) {
      layers.add(layer(size));
    }
    var config =
        blob(
            """
            {"os":"linux","architecture":"%s","config":{},"rootfs":{"type":"layers","diff_ids":[%s]}}"""
                .formatted(
                    architecture,
                    layers.stream()
                        .map(it -> "\"" + it.digest() + "\"")
                        .collect(Collectors.joining(","))));
    return blob(
        """
        {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}"""
            .formatted(
                MANIFEST,
                config.descriptor("application/vnd.oci.image.config.v1+json"),
                layers.stream()
                    .map(it -> it.descriptor("application/vnd.oci.image.layer.v1.tar"))
                    .collect(Collectors.joining(","))));
  }

  private Blob enter(String tag, String mediaType, Blob manifest) throws IOException {
    var descriptor = manifest.descriptor(mediaType);
    entries.add(
        descriptor.substring(0, descriptor.length() - 1)
            + ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}}".formatted(tag));
    Files.writeString(
        folder.resolve("index.json"),
        "{\"schemaVersion\":2,\"manifests\":[%s]}".formatted(String.join(",", entries)));
    return manifest;
  }

  private Blob blob(String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    var digest = Digest.sha256(bytes);
    Files.write(path(digest), bytes);
    return new Blob(digest, bytes.length);
  }

  /** A tar archive with one file of random content. */
  private Blob layer(long size) throws IOException {
    var draft = folder.resolve("draft");
    var hasher = Digest.Algorithm.SHA256.newHasher();
    try (OutputStream out =
        new DigestOutputStream(
            new BufferedOutputStream(Files.newOutputStream(draft), 1 << 20), hasher)) {
      out.write(tarHeader("content-" + random.nextInt(1 << 30), size));
      var block = new byte[1 << 20];
      for (long left = size; left > 0; left -= block.length) {
        random.nextBytes(block);
        out.write(block, 0, (int) Math.min(left, block.length));
      }
      long padding = (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK + 2L * TAR_BLOCK;
      out.write(new byte[(int) padding]);
    }
    var digest = Digest.of(Digest.Algorithm.SHA256, hasher);
    Files.move(draft, path(digest));
    return new Blob(digest, Files.size(path(digest)));
  }

  private static byte[] tarHeader(String name, long size) {
    var header = new byte[TAR_BLOCK];
    put(header, 0, name);
    put(header, 100, "0000644");
    put(header, 108, "0000000");
    put(header, 116, "0000000");
    put(header, 124, "%011o".formatted(size));
    put(header, 136, "00000000000");
    Arrays.fill(header, 148, 156, (byte) ' ');
    header[156] = '0';
    put(header, 257, "ustar");
    put(header, 263, "00");
    long sum = LongStream.range(0, TAR_BLOCK).map(i -> header[(int) i] & 0xff).sum();
    put(header, 148, "%06o".formatted(sum));
    header[154] = 0;
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    var bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private Path path(Digest digest) {
    return folder.resolve("blobs").resolve(digest.algorithm().id()).resolve(digest.hex());
  }
}
