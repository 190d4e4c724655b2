package io.sluice.server;

import io.sluice.config.SluiceConfig;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Which keys take effect without a restart. */
final class Reloadable {

  /** These, and all below them. */
  private static final List<String> KEYS =
      List.of(
          "extensions.sync.credentialsFile",
          "extensions.sync.enable",
          "extensions.sync.registries",
          "http.accessControl",
          "http.allowOrigin",
          "http.auth.apikey",
          "http.auth.failDelay",
          "http.auth.htpasswd",
          "http.auth.mtls",
          "http.ratelimit",
          "http.realm",
          "http.tls",
          "log",
          "sluice.auth",
          "sluice.gc.requestsPerSecond",
          "sluice.http.trustedProxies",
          "sluice.retention",
          "sluice.sync.listUpstream",
          "sluice.sync.missTtl",
          "sluice.sync.platforms",
          "sluice.sync.prefetch",
          "sluice.sync.ttl",
          "storage.gc",
          "storage.gcInterval",
          "storage.gcTimeWindow",
          "storage.retention");

  /** Of each of {@code storage.subPaths}, whose routes may contain whatever they like. */
  private static final Pattern OF_SUB_PATHS =
      Pattern.compile(
          "storage\\.subPaths\\..+\\.(gc|gcInterval|gcTimeWindow|retention(\\..+)?)",
          Pattern.CASE_INSENSITIVE);

  private Reloadable() {}

  /** Those of the keys that take effect with the next start only. */
  static List<String> needRestart(SluiceConfig running, SluiceConfig next, List<String> keys) {
    return keys.stream().filter(key -> !isReloadable(key, running, next)).toList();
  }

  private static boolean isReloadable(String key, SluiceConfig running, SluiceConfig next) {
    // A port that spoke HTTP can't begin to speak TLS, nor the other way round.
    boolean turnsTls = running.http().tls().isPresent() != next.http().tls().isPresent();
    return OF_SUB_PATHS.matcher(key).matches()
        || KEYS.stream()
            .filter(known -> !(turnsTls && known.equals("http.tls")))
            .anyMatch(known -> isAtOrBelow(key, known));
  }

  private static boolean isAtOrBelow(String key, String known) {
    var lower = key.toLowerCase(Locale.ROOT);
    var prefix = known.toLowerCase(Locale.ROOT);
    return lower.equals(prefix) || lower.startsWith(prefix + ".");
  }
}
