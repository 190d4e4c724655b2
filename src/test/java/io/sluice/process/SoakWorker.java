package io.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.process.SoakNode.Lost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * One client of the soak test: does one thing after the other, of all that clients do, with tags of
 * its own. It shares layers and repositories with the others.
 */
final class SoakWorker {
  /** Those whose tags all stay. */
  static final List<String> KEEPING = List.of("keep/a", "keep/b", "keep/b/c");

  /** Those of which a policy keeps the newest few. */
  static final List<String> LIMITED = List.of("newest/a", "newest/b");

  private static final int MOST_TAGS = 8;
  private static final int MOST_IMAGES = 12;

  /** A registry may believe for a second what was so. */
  private static final Duration BELIEVED = Duration.ofSeconds(3);

  private final int number;
  private final Random random;
  private final SoakClient client;
  private final SoakBook book;
  private final SoakLayers layers;
  private final SoakCounts counts;
  private final Duration undo;
  private final List<SoakBook.Tag> tags = new ArrayList<>();
  private final List<SoakImage> images = new ArrayList<>();
  private int named;

  SoakWorker(
      int number,
      Random random,
      SoakClient client,
      SoakBook book,
      SoakLayers layers,
      SoakCounts counts,
      Duration undo) {
    this.number = number;
    this.random = random;
    this.client = client;
    this.book = book;
    this.layers = layers;
    this.counts = counts;
    this.undo = undo;
  }

  void work(BooleanSupplier over) throws InterruptedException {
    while (!over.getAsBoolean()) {
      try {
        step();
      } catch (Lost e) {
        counts.add("answers lost");
      }
      tags.removeIf(tag -> !book.isCertain(tag));
    }
  }

  private void step() throws Lost, InterruptedException {
    int choice = random.nextInt(100);
    if (choice < 30 || tags.isEmpty()) {
      client.pushTag(tag(), repository(), image());
    } else if (choice < 45) {
      pushAgain();
    } else if (choice < 53) {
      refer(any(tags));
    } else if (choice < 63) {
      deleteTag(any(tags));
    } else if (choice < 68) {
      deleteManifest(any(tags));
    } else if (choice < 75) {
      var deleted = client.deleteBlob(repository(), layers.any(random).digest());
      SoakClient.require(deleted, 202, 404, 405);
      counts.add("DELETE of a blob: " + deleted.statusCode());
    } else {
      look(any(tags));
    }
  }

  private String repository() {
    return random.nextInt(3) > 0 ? any(KEEPING) : any(LIMITED);
  }

  private SoakBook.Tag tag() {
    if (tags.size() >= MOST_TAGS || !tags.isEmpty() && random.nextInt(3) == 0) {
      return any(tags);
    }
    var repository = repository();
    var tag = book.tag(repository, number + "-" + named++, LIMITED.contains(repository));
    tags.add(tag);
    return tag;
  }

  private SoakImage image() {
    var image =
        random.nextInt(5) == 0
            ? SoakImage.index(List.of(singleImage(), singleImage()))
            : singleImage();
    if (images.size() == MOST_IMAGES) {
      images.remove(random.nextInt(MOST_IMAGES));
    }
    images.add(image);
    return image;
  }

  private SoakImage singleImage() {
    var chosen = new ArrayList<SoakImage.Blob>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      chosen.add(random.nextInt(3) == 0 ? layers.fresh(random) : layers.any(random));
    }
    return SoakImage.of(SoakImage.Blob.of(random.nextLong(), 100), List.copyOf(chosen));
  }

  /** What was pushed some time ago, and may be there, or partly, or be going just now. */
  private void pushAgain() throws Lost, InterruptedException {
    var image = images.isEmpty() ? image() : any(images);
    client.pushTag(tag(), repository(), image);
    counts.add("pushes of old images");
  }

  private void refer(SoakBook.Tag tag) throws Lost, InterruptedException {
    var subject = book.current(tag);
    if (subject.isEmpty()) {
      return;
    }
    var referrer =
        SoakImage.referrer(
            subject.get(), SoakImage.Blob.of(random.nextLong(), 50), layers.fresh(random));
    if (client.pushUntagged(tag.repository, tag.repository, referrer)) {
      book.referred(tag, referrer);
      counts.add("referrers");
    }
  }

  private void deleteTag(SoakBook.Tag tag) throws Lost, InterruptedException {
    var image = book.current(tag);
    long began = System.nanoTime();
    try {
      var answer = client.delete(tag.repository, tag.name);
      SoakClient.require(answer, 202, 404);
      assertThat(
              answer.statusCode() == 202
                  || book.expectation(tag).possible().contains(Optional.empty()))
          .as("%s is not there, but nobody has deleted it", tag)
          .isTrue();
    } catch (Lost e) {
      book.lost(tag, Optional.empty());
      throw e;
    }
    boolean wasThere =
        image.isPresent() && !book.expectation(tag).possible().contains(Optional.empty());
    book.deleted(tag);
    counts.add("tags deleted");
    if (image.isPresent() && random.nextBoolean()) {
      restore(tag, image.get(), began, wasThere);
    }
  }

  private void restore(SoakBook.Tag tag, SoakImage image, long deleted, boolean wasThere)
      throws Lost, InterruptedException {
    var push = book.push(tag, image);
    try {
      var answer = client.restore(tag, image);
      SoakClient.require(answer, 201, 404);
      if (answer.statusCode() == 201) {
        push.succeeded();
        counts.add("tags restored");
        return;
      }
      push.refused();
      boolean inTime = System.nanoTime() - deleted < undo.toNanos();
      assertThat(wasThere && inTime)
          .as("%s should be restored: %s", tag, SoakClient.text(answer))
          .isFalse();
      counts.add("tags not restored");
    } catch (Lost e) {
      push.lost();
      throw e;
    }
  }

  /** And with it all of its tags. */
  private void deleteManifest(SoakBook.Tag tag) throws Lost, InterruptedException {
    var image = book.current(tag);
    if (image.isEmpty()) {
      return;
    }
    try {
      SoakClient.require(client.delete(tag.repository, image.get().digest()), 202, 404);
      book.manifestDeleted(tag.repository, image.get(), true);
      counts.add("manifests deleted");
    } catch (Lost e) {
      // The deletion may be yet to come, and hit a later push.
      images.remove(image.get());
      book.manifestDeleted(tag.repository, image.get(), false);
      throw e;
    }
  }

  private void look(SoakBook.Tag tag) throws Lost, InterruptedException {
    if (book.expectation(tag).steady() > BELIEVED.toNanos()) {
      client.check(tag);
    }
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
