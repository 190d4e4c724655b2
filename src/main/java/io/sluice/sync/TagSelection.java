package io.sluice.sync;

import io.sluice.config.SyncRegistryConfig.TagFilter;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which tags of an upstream the mirror takes: {@code content[].tags}. Immutable. */
final class TagSelection {

  /*
   * What Masterminds' semver.NewVersion takes, by which Zot decides: a v in front or none, one to three numbers of 64 bits
   * without a sign, a prerelease whose numbers have no leading zero, and metadata.
   */
  private static final Pattern VERSION =
      Pattern.compile(
          "v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?"
              + "(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?"
              + "(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?");

  private static final Pattern LEADING_ZERO = Pattern.compile("0[0-9]+");

  private final Optional<TagFilter> filter;

  private TagSelection(Optional<TagFilter> filter) {
    this.filter = filter;
  }

  /** No filter takes every tag. */
  static TagSelection of(Optional<TagFilter> filter) {
    return new TagSelection(filter);
  }

  /** Those of the tags that are taken, in the order in which they came. */
  List<String> of(Collection<String> tags) {
    return tags.stream().filter(this::takes).toList();
  }

  boolean takes(String tag) {
    return filter.isEmpty() || takes(filter.get(), tag);
  }

  private static boolean takes(TagFilter filter, String tag) {
    return filter.regex().map(regex -> regex.find(tag)).orElse(true)
        && !filter.excludeRegex().map(regex -> regex.find(tag)).orElse(false)
        && (!filter.semver() || isVersion(tag));
  }

  private static boolean isVersion(String tag) {
    var version = VERSION.matcher(tag);
    if (!version.matches()) {
      return false;
    }
    for (int number = 1; number <= 3; number++) {
      if (version.group(number) != null && !isUnsigned64(version.group(number))) {
        return false;
      }
    }
    var prerelease = version.group(4);
    if (prerelease != null) {
      for (var part : prerelease.split("\\.", -1)) {
        if (LEADING_ZERO.matcher(part).matches()) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isUnsigned64(String digits) {
    try {
      Long.parseUnsignedLong(digits);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
