package io.sluice.sync;

import io.sluice.config.Glob;
import io.sluice.config.SyncRegistryConfig.Content;
import io.sluice.oci.RepositoryName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Which repositories of an upstream are mirrored, by its {@code content}. Immutable. */
final class MirrorScope {
  private final List<Content> content;

  /**
   * One of them.
   *
   * @param there its name at the upstream
   */
  record Target(String there, RepositoryName here, TagSelection tags) {}

  MirrorScope(List<Content> content) {
    this.content = content;
  }

  /** Whether the upstream has to say which repositories it has. */
  boolean needsCatalog() {
    return content.stream().anyMatch(entry -> !isName(entry.prefix()));
  }

  /**
   * Those that are written out, and those of the catalog that match; each by the first entry that
   * it matches, as on demand.
   */
  List<Target> targets(List<String> catalog) {
    var names = new LinkedHashSet<String>();
    content.stream()
        .map(Content::prefix)
        .filter(MirrorScope::isName)
        .forEach(prefix -> names.add(prefix.source()));
    names.addAll(catalog);
    var targets = new ArrayList<Target>();
    names.forEach(name -> target(name).ifPresent(targets::add));
    return targets;
  }

  private Optional<Target> target(String there) {
    for (var entry : content) {
      if (entry.prefix().matches(there)) {
        return Routes.localName(entry, there)
            .map(here -> new Target(there, here, TagSelection.of(entry.tags())));
      }
    }
    return Optional.empty();
  }

  /** Whether it has no special characters, and so matches nothing but itself. */
  private static boolean isName(Glob prefix) {
    return prefix.literalPrefix().equals(prefix.source());
  }
}
