package io.sluice.gc;

import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.store.Steps;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Function;

/** Finds every repository that has anything, by looking: the catalog is a hint. */
final class Repositories {
  private final Scanner scanner;
  private final Function<RepositoryName, Future<?>> visitor;

  private Repositories(Scanner scanner, Function<RepositoryName, Future<?>> visitor) {
    this.scanner = scanner;
    this.visitor = visitor;
  }

  /** Visits one after the other. */
  static Future<Void> each(Scanner scanner, Function<RepositoryName, Future<?>> visitor) {
    return new Repositories(scanner, visitor).below(Layout.REPOSITORIES);
  }

  private Future<Void> below(String prefix) {
    var own = new ArrayList<String>();
    return scanner
        .names(
            prefix,
            folders -> {
              var nested = new ArrayList<String>();
              for (var folder : folders) {
                boolean isOwn = folder.charAt(prefix.length()) == '_';
                (isOwn ? own : nested).add(folder);
              }
              return Steps.each(nested, this::below);
            })
        .compose(
            _ -> {
              var name = nameOf(prefix);
              return own.isEmpty() || name.isEmpty()
                  ? Future.succeededFuture()
                  : visitor.apply(name.get());
            })
        .mapEmpty();
  }

  /** Empty for what can't be a repository of ours: nobody could reach it. */
  private static Optional<RepositoryName> nameOf(String prefix) {
    if (prefix.length() <= Layout.REPOSITORIES.length()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new RepositoryName(prefix.substring(Layout.REPOSITORIES.length(), prefix.length() - 1)));
    } catch (IllegalArgumentException notAName) {
      return Optional.empty();
    }
  }
}
