package io.sluice.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong or noteworthy while one file is read. Confined to the reading thread. */
final class Diagnostics {
  private record Located(Node.Position position, Problem problem) {}

  private final List<Located> problems = new ArrayList<>();
  private final Set<String> warnings = new LinkedHashSet<>();
  private final List<Section> sections = new ArrayList<>();

  void problem(Node.Position position, Problem problem) {
    problems.add(new Located(position, problem));
  }

  void warning(String text) {
    warnings.add(text);
  }

  /** Every section that is read, so that none escapes the search for unknown keys. */
  void opened(Section section) {
    sections.add(section);
  }

  /** Reports the keys that nobody has asked for; call when everything has been read. */
  void reportUnknownKeys() {
    sections.forEach(Section::reportUnknownKeys);
  }

  /** Without duplicates, in the order of the file. */
  List<Problem> problems() {
    return problems.stream()
        .sorted(Comparator.comparing(Located::position))
        .map(Located::problem)
        .distinct()
        .toList();
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }
}
