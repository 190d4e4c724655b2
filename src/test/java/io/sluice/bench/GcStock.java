package io.sluice.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.oci.MediaTypes;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.Layout;
import io.sluice.ulid.Ulids;
import io.sluice.upload.DataId;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The store of bench/gc: many repositories of a few tagged images each, as if all of it had been
 * pushed some hours ago. Written straight into the folder, since pushing as much takes an hour.
 *
 * <p>Arguments: the folder, how many repositories, how many images in each, and the file for the
 * list of those that stay, which is the newest of each repository (see {@link GcPulls}).
 */
final class GcStock {
  /** With the config, ten blobs. */
  private static final int LAYERS = 9;

  private static final int LAYER_SIZE = 1 << 10;
  private static final Duration AGE = Duration.ofHours(3);

  private final Path root;
  private final FileTime written = FileTime.from(Instant.now().minus(AGE));
  private final Ulids ulids = new Ulids(() -> Instant.now().minus(AGE));
  private final SplittableRandom random = new SplittableRandom();
  private final Set<Path> folders = new HashSet<>();

  private GcStock(Path root) {
    this.root = root;
  }

  public static void main(String[] arguments) throws IOException {
    var stock = new GcStock(Path.of(arguments[0]));
    int repositories = Integer.parseInt(arguments[1]);
    int images = Integer.parseInt(arguments[2]);
    stock.write("format.json", "{\"format\":\"sluice\",\"version\":1}\n".getBytes(UTF_8));
    try (var list = new PrintWriter(Files.newBufferedWriter(Path.of(arguments[3])))) {
      for (int i = 0; i < repositories; i++) {
        var name = new RepositoryName("team" + i % 20 + "/app" + i);
        stock.write(Layout.catalog(name), new byte[0]);
        for (int tag = 0; tag < images; tag++) {
          var image = stock.image("v" + tag);
          stock.write(name, image);
          if (tag == images - 1) {
            list.println(line(name, image));
          }
        }
      }
    }
  }

  private Image image(String tag) {
    var layers = new ArrayList<Blob>();
    for (int i = 0; i < LAYERS; i++) {
      var bytes = new byte[LAYER_SIZE];
      random.nextBytes(bytes);
      layers.add(Blob.of(bytes));
    }
    return Image.of(tag, layers);
  }

  private void write(RepositoryName name, Image image) throws IOException {
    for (var layer : image.layers()) {
      var data = new DataId(ulids.next());
      write(data.key(), layer.rest().getBytes());
      var stamp = ulids.next() + "-" + data + "-" + layer.size();
      var link = Layout.links(name, layer.digest()) + stamp;
      write(link, new byte[0]);
      write(Layout.sharing(layer.digest()) + stamp, link.getBytes(UTF_8));
    }
    var config = image.config();
    write(
        Layout.links(name, config.digest()) + ulids.next() + "-inline-" + config.size(),
        config.rest().getBytes());
    var head =
        """
        {"mediaType":"%s","pushedBy":"","pushedAt":"%s"}
        """
            .formatted(MediaTypes.OCI_MANIFEST, written);
    write(
        Layout.revisions(name, image.digest()) + ulids.next(),
        (head + image.manifest()).getBytes(UTF_8));
    write(
        Layout.values(name, new Tag(image.tag())) + Layout.stamped(ulids.next(), image.digest()),
        new byte[0]);
  }

  private void write(String key, byte[] content) throws IOException {
    var file = root.resolve(key);
    if (folders.add(file.getParent())) {
      Files.createDirectories(file.getParent());
    }
    Files.write(file, content);
    Files.setLastModifiedTime(file, written);
  }

  /** Repository, tag, size of the manifest, then the blobs: digest and size each. */
  private static String line(RepositoryName name, Image image) {
    var line = new StringBuilder();
    line.append(name).append(' ').append(image.tag()).append(' ');
    line.append(image.manifest().length());
    image
        .blobs()
        .forEach(blob -> line.append(' ').append(blob.digest()).append(' ').append(blob.size()));
    return line.toString();
  }
}
