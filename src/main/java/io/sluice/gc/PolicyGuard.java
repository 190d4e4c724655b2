package io.sluice.gc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.config.Glob;
import io.sluice.config.Regex;
import io.sluice.config.RetentionConfig;
import io.sluice.config.RetentionConfig.KeepRules;
import io.sluice.config.RetentionConfig.KeepTags;
import io.sluice.config.RetentionConfig.Policy;
import io.sluice.oci.Digest;
import io.sluice.registry.Layout;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/**
 * Keeps a new policy from removing most of a repository unasked: a slip in a pattern would be
 * noticed when it is too late.
 *
 * <p>What was in force before is written in the store, a marker for each set of policies, for ever:
 * so it holds after a restart, on other instances, and when a policy is taken back.
 */
final class PolicyGuard {
  /** Below that, a share says little: of two tags, one is the half. */
  private static final int FEW_TAGS = 20;

  private static final String MARKERS = Layout.COLLECTIONS + "policies/";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private PolicyGuard() {}

  /** Whether a run needs to be confirmed, unless its policies were in force before. */
  static boolean exceeds(int tagsBefore, int going, int maxShare) {
    return tagsBefore > FEW_TAGS && going * 100L > (long) maxShare * tagsBefore;
  }

  /** Whether a collection was carried out with these policies before. */
  static Future<Boolean> wasInForce(ObjectStore store, RetentionConfig config) {
    return store
        .read(marker(config))
        .map(true)
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    ? Future.succeededFuture(false)
                    : Future.failedFuture(cause));
  }

  /** Remembers that these policies are in force. */
  static Future<Void> isInForce(ObjectStore store, RetentionConfig config) {
    return store.put(marker(config), ByteBuffer.allocate(0));
  }

  private static String marker(RetentionConfig config) {
    return MARKERS + fingerprint(config);
  }

  /**
   * 64 hex digits that are the same for policies that mean the same, however they are written.
   * {@code delay} and {@code dryRun} don't count: they decide nothing about which tags go.
   */
  static String fingerprint(RetentionConfig config) {
    var text = list(config.policies(), PolicyGuard::json).toString();
    return Digest.sha256(text.getBytes(StandardCharsets.UTF_8)).hex();
  }

  /*
   * The form must stay as it is: with another one, all policies would count as new. Of policies and entries the order
   * decides; of patterns it doesn't.
   */
  private static ObjectNode json(Policy policy) {
    var json = JSON.objectNode();
    json.set("repositories", texts(policy.repositories(), Glob::source));
    json.put("deleteReferrers", policy.deleteReferrers());
    json.put("deleteUntagged", policy.deleteUntagged());
    json.set("keepTags", list(policy.keepTags(), PolicyGuard::json));
    policy.keepUntagged().ifPresent(rules -> json.set("keepUntagged", json(rules)));
    return json;
  }

  private static ObjectNode json(KeepTags entry) {
    var json = JSON.objectNode();
    json.set("patterns", texts(entry.patterns(), Regex::source));
    json.set("rules", json(entry.rules()));
    return json;
  }

  private static ObjectNode json(KeepRules rules) {
    var json = JSON.objectNode();
    json.put("mostRecentlyPushedCount", rules.mostRecentlyPushedCount());
    json.put("mostRecentlyPulledCount", rules.mostRecentlyPulledCount());
    rules.pushedWithin().ifPresent(age -> json.put("pushedWithin", age.toString()));
    rules.pulledWithin().ifPresent(age -> json.put("pulledWithin", age.toString()));
    return json;
  }

  private static <T> ArrayNode texts(List<T> patterns, Function<T, String> source) {
    var json = JSON.arrayNode();
    patterns.stream().map(source).distinct().sorted().forEach(json::add);
    return json;
  }

  private static <T> ArrayNode list(List<T> items, Function<T, ObjectNode> form) {
    var json = JSON.arrayNode();
    items.forEach(item -> json.add(form.apply(item)));
    return json;
  }
}
