package io.sluice.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what the user may have meant, by edit distance. */
final class Suggestions {
  private record Candidate(String name, int distance) {}

  private Suggestions() {}

  /** The nearest of the candidates, if a third of the letters or fewer are wrong. */
  static Optional<String> nearest(String written, Collection<String> candidates) {
    // Nothing that we know is longer; a distance is only worth computing for what could be a typo.
    if (written.length() > 64) {
      return Optional.empty();
    }
    var lower = written.toLowerCase(Locale.ROOT);
    return candidates.stream()
        .map(name -> new Candidate(name, distance(lower, name.toLowerCase(Locale.ROOT))))
        .filter(candidate -> candidate.distance() <= Math.max(1, lower.length() / 3))
        .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
        .map(Candidate::name);
  }

  static String didYouMean(String written, Collection<String> candidates) {
    return nearest(written, candidates).map(name -> " (did you mean \"" + name + "\"?)").orElse("");
  }

  /** Insertions, deletions, substitutions and swaps of neighbours. */
  private static int distance(String a, String b) {
    var rows = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          rows[i][j] = i + j;
          continue;
        }
        int substitution = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int best =
            Math.min(
                rows[i - 1][j - 1] + substitution, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        rows[i][j] = swapped ? Math.min(best, rows[i - 2][j - 2] + 1) : best;
      }
    }
    return rows[a.length()][b.length()];
  }
}
