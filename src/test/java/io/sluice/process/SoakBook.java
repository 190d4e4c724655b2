package io.sluice.process;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the clients of the soak test know must be there. Thread safe.
 *
 * <p>A tag is changed by one client alone, so what it names is known but for those changes whose
 * answer was lost: these may have taken effect, or may do so yet, so the client leaves such a tag
 * alone from then on.
 */
final class SoakBook {
  /** So many of a repository's tags does the policy keep. */
  static final int KEPT = 3;

  /** Clocks of the same machine, as seen by two processes and in milliseconds. */
  private static final long SLACK_MILLIS = 5;

  private final Map<String, List<Attempt>> attempts = new LinkedHashMap<>();
  private final List<Tag> tags = new ArrayList<>();

  /** A push of a tag, which may have an effect between the two times. */
  private static final class Attempt {
    final Tag tag;
    final long began = System.currentTimeMillis();
    long ended = Long.MAX_VALUE;

    Attempt(Tag tag) {
      this.tag = tag;
    }
  }

  /** A tag and what it may name. */
  static final class Tag {
    final String repository;
    final String name;
    private final boolean limited;

    /** One if that is certain; empty for no image. */
    private List<Optional<SoakImage>> possible = List.of(Optional.empty());

    private List<SoakImage> referrers = List.of();
    private long pushed;
    private long changed = System.nanoTime();

    private Tag(String repository, String name, boolean limited) {
      this.repository = repository;
      this.name = name;
      this.limited = limited;
    }

    @Override
    public String toString() {
      return repository + ":" + name;
    }
  }

  /**
   * What is to be found.
   *
   * @param possible what the tag may name
   * @param referrers that must be there if it names its image
   * @param steady for how long nobody has changed it, in nanoseconds
   */
  record Expectation(List<Optional<SoakImage>> possible, List<SoakImage> referrers, long steady) {
    boolean isCertain() {
      return possible.size() == 1;
    }
  }

  synchronized Tag tag(String repository, String name, boolean limited) {
    var tag = new Tag(repository, name, limited);
    tags.add(tag);
    return tag;
  }

  synchronized List<Tag> tags() {
    return List.copyOf(tags);
  }

  /** What the tag names, if that is certain but for what a policy may do. */
  synchronized Optional<SoakImage> current(Tag tag) {
    return tag.possible.size() == 1 ? tag.possible.getFirst() : Optional.empty();
  }

  synchronized boolean isCertain(Tag tag) {
    return tag.possible.size() == 1;
  }

  /** The tag is being pushed; what came of it is to be told. */
  synchronized Push push(Tag tag, SoakImage image) {
    var attempt = new Attempt(tag);
    attempts.computeIfAbsent(tag.repository, _ -> new ArrayList<>()).add(attempt);
    return new Push(attempt, image);
  }

  final class Push {
    private final Attempt attempt;
    private final SoakImage image;

    Push(Attempt attempt, SoakImage image) {
      this.attempt = attempt;
      this.image = image;
    }

    void succeeded() {
      synchronized (SoakBook.this) {
        attempt.ended = System.currentTimeMillis();
        attempt.tag.pushed = attempt.began;
        set(attempt.tag, Optional.of(image));
      }
    }

    void refused() {
      synchronized (SoakBook.this) {
        attempts.getOrDefault(attempt.tag.repository, List.of()).remove(attempt);
      }
    }

    void lost() {
      SoakBook.this.lost(attempt.tag, Optional.of(image));
    }
  }

  synchronized void deleted(Tag tag) {
    set(tag, Optional.empty());
  }

  /** Perhaps it names that now, or will. */
  synchronized void lost(Tag tag, Optional<SoakImage> image) {
    var possible = new ArrayList<>(tag.possible);
    possible.add(image);
    tag.possible = possible;
    tag.referrers = List.of();
  }

  /** A manifest was deleted, and with it all tags that named it, in one repository. */
  synchronized void manifestDeleted(String repository, SoakImage image, boolean isCertain) {
    var named = Optional.of(image);
    for (var tag : tags) {
      if (tag.repository.equals(repository) && tag.possible.contains(named)) {
        if (isCertain && tag.possible.size() == 1) {
          set(tag, Optional.empty());
        } else {
          lost(tag, Optional.empty());
        }
      }
    }
  }

  private static void set(Tag tag, Optional<SoakImage> image) {
    tag.possible = List.of(image);
    tag.referrers = List.of();
    tag.changed = System.nanoTime();
  }

  synchronized void referred(Tag tag, SoakImage referrer) {
    var referrers = new ArrayList<>(tag.referrers);
    referrers.add(referrer);
    tag.referrers = referrers;
  }

  /**
   * To be asked behind the look at the registry: what the policy may have done until now counts.
   */
  synchronized Expectation expectation(Tag tag) {
    var possible = new HashSet<>(tag.possible);
    if (mayHaveGone(tag)) {
      possible.add(Optional.empty());
    }
    return new Expectation(List.copyOf(possible), tag.referrers, System.nanoTime() - tag.changed);
  }

  private boolean mayHaveGone(Tag tag) {
    if (!tag.limited) {
      return false;
    }
    Collection<Attempt> all = attempts.getOrDefault(tag.repository, List.of());
    return all.stream()
            .filter(it -> it.tag != tag && it.ended + SLACK_MILLIS >= tag.pushed)
            .map(it -> it.tag)
            .distinct()
            .count()
        >= KEPT;
  }
}
