package io.sluice.testkit.upstream;

import java.util.List;

/** Configurations of registries that pull through. */
public final class SyncConfigs {

  /** To start with: nothing is fetched from anywhere yet. */
  public static final String NONE = "extensions: {sync: {downloadDir: $STORES/spool}}";

  private SyncConfigs() {}

  /** Everything from these, each by its URL, in this order. */
  public static String from(ScriptedUpstream... upstreams) {
    return of(List.of(), registries(upstreams));
  }

  /**
   * The same with more of {@code sluice.sync}, as YAML without braces.
   *
   * @param own as {@code "ttl: 0"}
   */
  public static String with(String own, ScriptedUpstream... upstreams) {
    return of(List.of(own), registries(upstreams));
  }

  /**
   * With entries of {@code extensions.sync.registries} as YAML.
   *
   * @param own of {@code sluice.sync}
   */
  public static String of(List<String> own, List<String> registries) {
    return """
    extensions: {sync: {downloadDir: $STORES/spool, registries: [%s]}}
    sluice: {sync: {%s}}
    """
        .formatted(String.join(", ", registries), String.join(", ", own));
  }

  /** An entry for one upstream; {@code more} as in {@code ", maxRetries: 1, retryDelay: 1ms"}. */
  public static String registry(ScriptedUpstream upstream, String more) {
    return "{urls: [\"%s\"], onDemand: true%s}".formatted(upstream.url(), more);
  }

  private static List<String> registries(ScriptedUpstream... upstreams) {
    return List.of(upstreams).stream()
        .map(upstream -> registry(upstream, ", retryDelay: 1ms"))
        .toList();
  }
}
