package io.sluice.access;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The users of an htpasswd file and the hashes of their passwords. Immutable.
 *
 * <p>Lines are {@code user:hash}; empty ones and those that begin with {@code #} are ignored. A
 * line that can't be used is a problem, and the others count all the same. As in Zot, the last line
 * of a user counts, even when it is of no use: an older password must not come back through it.
 */
public final class Htpasswd {
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final int MAX_USER_LENGTH = 255;
  private static final int MAX_USER_SHOWN = 64;
  private static final KeyedHash KEYED = new KeyedHash();

  /*
   * Whoever isn't in the file is verified against the hash of somebody who is, so that the time of
   * an answer doesn't tell who exists. It is always the same hash for a name, or a file of
   * different costs would give away by changing times who doesn't exist. Users stand on a ring at
   * the keyed hash of their name and a name takes the next one (consistent hashing; Karger et al.,
   * 1997), so that a change of the file moves hardly any name to another hash.
   */
  private final Map<String, PasswordHash> users;
  private final NavigableMap<Long, PasswordHash> ring = new TreeMap<>();
  private final List<String> problems;

  private Htpasswd(Map<String, PasswordHash> users, List<String> problems) {
    this.users = Map.copyOf(users);
    this.problems = List.copyOf(problems);
    users.forEach((user, hash) -> ring.put(KEYED.of(user).first(), hash));
  }

  static Htpasswd of(Map<String, PasswordHash> users) {
    return new Htpasswd(users, List.of());
  }

  /** Reads the text of a file; never fails, see {@link #problems}. */
  public static Htpasswd parse(String text) {
    var users = new LinkedHashMap<String, PasswordHash>();
    var lineOf = new LinkedHashMap<String, Integer>();
    var problems = new ArrayList<String>();
    var lines = (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      var line = lines.get(i).stripTrailing();
      if (line.isBlank() || line.stripLeading().startsWith("#")) {
        continue;
      }
      var where = "line " + (i + 1) + ": ";
      int colon = line.indexOf(':');
      if (colon < 0) {
        problems.add(where + "has no colon between user and hash");
        continue;
      }
      var user = line.substring(0, colon);
      var wrong = wrongWith(user);
      if (wrong.isPresent()) {
        problems.add(where + wrong.get());
        continue;
      }
      var before = lineOf.put(user, i + 1);
      if (before != null) {
        problems.add(
            where + show(user) + " is there already, in line " + before + "; the last one counts");
      }
      users.remove(user);
      try {
        users.put(user, PasswordHash.parse(line.substring(colon + 1)));
      } catch (PasswordHash.Refused refused) {
        problems.add(where + "the hash of " + show(user) + " " + refused.why());
      }
    }
    return new Htpasswd(users, problems);
  }

  /** For the operator, one sentence for each; no hash is ever in one. */
  public List<String> problems() {
    return problems;
  }

  /** Whether the user has a hash that can be used. */
  public boolean knows(String user) {
    return users.containsKey(user);
  }

  /** How many users have a hash that can be used. */
  public int size() {
    return users.size();
  }

  /** Whether it is that user's password; takes as long for somebody who isn't there. */
  boolean matches(String user, byte[] password) {
    var hash = hashToVerify(user);
    // The hash is verified first, whoever it is.
    return hash.isPresent() && hash.get().matches(password) && knows(user);
  }

  /** The user's own hash, else the one that stands in for it; empty if there are no users. */
  Optional<PasswordHash> hashToVerify(String user) {
    var own = users.get(user);
    if (own != null || ring.isEmpty()) {
      return Optional.ofNullable(own);
    }
    var next = ring.ceilingEntry(KEYED.of(user).first());
    return Optional.of((next == null ? ring.firstEntry() : next).getValue());
  }

  private static Optional<String> wrongWith(String user) {
    if (user.isEmpty()) {
      return Optional.of("has no user before the colon");
    }
    if (user.length() > MAX_USER_LENGTH) {
      return Optional.of(show(user) + " is longer than " + MAX_USER_LENGTH + " characters");
    }
    return user.chars().anyMatch(Character::isISOControl)
        ? Optional.of("the name " + show(user) + " has control characters")
        : Optional.empty();
  }

  private static String show(String user) {
    var shown = new StringBuilder("'");
    user.codePoints()
        .limit(MAX_USER_SHOWN)
        .forEach(
            c -> {
              if (Character.isISOControl(c)
                  || Character.getType(c) == Character.FORMAT
                  || Character.getType(c) == Character.LINE_SEPARATOR
                  || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                  || Character.getType(c) == Character.SURROGATE) {
                shown.append("\\u%04x".formatted(c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown
        .append(user.codePointCount(0, user.length()) > MAX_USER_SHOWN ? "…'" : "'")
        .toString();
  }
}
