package io.sluice.process;

import io.sluice.process.SoakImage.Blob;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The layers that images of the soak test share; old ones are forgotten. Thread safe. */
final class SoakLayers {
  private static final int REMEMBERED = 40;
  private static final int INLINE = 64 << 10;

  private final List<Blob> layers = new ArrayList<>();

  synchronized Blob any(Random random) {
    return layers.isEmpty() ? fresh(random) : layers.get(random.nextInt(layers.size()));
  }

  /** As often small enough to stand in the link as not; now and then of several parts. */
  synchronized Blob fresh(Random random) {
    int kind = random.nextInt(50);
    int size;
    if (kind == 0) {
      size = (9 << 20) + random.nextInt(1 << 20);
    } else if (kind < 25) {
      size = 1 + random.nextInt(INLINE);
    } else {
      size = INLINE + 1 + random.nextInt(300_000);
    }
    var blob = Blob.of(random.nextLong(), size);
    if (layers.size() == REMEMBERED) {
      layers.remove(random.nextInt(REMEMBERED));
    }
    layers.add(blob);
    return blob;
  }
}
