package io.sluice.gc;

import static io.sluice.gc.Policies.retention;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.sluice.config.RetentionConfig;
import io.sluice.oci.RegistryException;
import io.sluice.registry.Layout;
import io.sluice.store.ObjectStore;
import io.sluice.store.memory.InterleavedStore;
import io.sluice.store.memory.MemoryObjectStore;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyGuardTest {
  private static final String POLICY =
      """
      {'policies': [
        {'repositories': ['a/**', 'b/**'], 'keepTags': [
          {'patterns': ['^v', 'x'], 'mostRecentlyPushedCount': 3, 'pulledWithin': '720h'},
          {'patterns': ['^dev'], 'pushedWithin': '24h'}],
          'keepUntagged': {'pulledWithin': '168h'}},
        {'repositories': ['**'], 'deleteReferrers': true}]}
      """;

  private final Vertx vertx = Vertx.vertx();
  private final MemoryObjectStore store = new MemoryObjectStore(vertx);

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  @ParameterizedTest(name = "{1} of {0} tags where {2} % may go: {3}")
  @CsvSource({
    "20, 20, 50, false", "21, 21, 50, true", "21, 11, 50, true", "21, 10, 50, false",
    "100, 50, 50, false", "100, 51, 50, true", "100, 0, 0, false", "100, 1, 0, true",
    "100, 100, 100, false", "100000000, 60000000, 50, true", "0, 0, 50, false"
  })
  void aLargeShareOfManyTagsNeedsToBeConfirmed(
      int tags, int going, int maxShare, boolean confirmation) {
    assertThat(PolicyGuard.exceeds(tags, going, maxShare)).isEqualTo(confirmation);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'168h' | '10080m'",
        "'a/**', 'b/**' | 'b/**', 'a/**', 'b/**'",
        "'^v', 'x' | 'x', '^v'",
        "'deleteReferrers': true | 'deleteReferrers': true, 'deleteUntagged': true, 'keepTags': []",
        "'policies' | 'dryRun': true, 'delay': '5h', 'policies'",
        "'pushedWithin': '24h' | 'pushedWithin': '24h', 'mostRecentlyPulledCount': 0"
      },
      quoteCharacter = '"')
  void whatMeansTheSameIsTheSamePolicy(String written, String otherwise) {
    assertThat(POLICY).contains(written);

    assertThat(fingerprint(POLICY.replace(written, otherwise))).isEqualTo(fingerprint(POLICY));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a/**' | 'a/*'",
        "'^v' | '^w'",
        "'168h' | '167h'",
        "'pushedWithin' | 'pulledWithin'",
        "'mostRecentlyPushedCount' | 'mostRecentlyPulledCount'",
        "'mostRecentlyPushedCount': 3 | 'mostRecentlyPushedCount': 2",
        "'keepUntagged': {'pulledWithin': '168h'} | 'keepUntagged': {}",
        "'deleteReferrers': true | 'deleteReferrers': false",
        "'deleteReferrers': true | 'deleteReferrers': true, 'deleteUntagged': false",
        "'deleteReferrers': true | 'deleteReferrers': true, 'keepTags': [{}]",
        "'a/**', 'b/**' | 'a/**,b/**', 'c'"
      },
      quoteCharacter = '"')
  void whatMeansSomethingElseIsAnotherPolicy(String written, String otherwise) {
    assertThat(POLICY).contains(written);

    assertThat(fingerprint(POLICY.replace(written, otherwise))).isNotEqualTo(fingerprint(POLICY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'policies': [{'repositories': ['a']}, {'repositories': ['b']}]}",
        "{'policies': [{'repositories': ['a'], 'keepTags': [{'patterns': ['a']}, {'patterns': ['b']}]}]}"
      })
  void theOrderOfPoliciesAndEntriesMatters(String policies) {
    var swapped =
        policies.replace("['a']}", "['x']}").replace("['b']}", "['a']}").replace("'x'", "'b'");

    assertThat(fingerprint(swapped)).isNotEqualTo(fingerprint(policies));
  }

  /** With another form, every policy would have to be confirmed after an upgrade. */
  @Test
  void theFingerprintNeverChanges() {
    assertThat(fingerprint("{}"))
        .isEqualTo("4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
    assertThat(fingerprint(POLICY))
        .isEqualTo("01d6350e77e47dcd7ddd334ec2c6877e581f45262a402e1f6a0f8808c89505c4");
  }

  private static String fingerprint(String section) {
    return PolicyGuard.fingerprint(retention(section));
  }

  private boolean wasInForce(ObjectStore objects, RetentionConfig config) {
    return Await.on(vertx, () -> PolicyGuard.wasInForce(objects, config));
  }

  private void isInForce(RetentionConfig config) {
    Await.on(vertx, () -> PolicyGuard.isInForce(store, config));
  }

  @Test
  void aPolicyIsRememberedAlsoWhenAnotherOneFollows() {
    var policy = retention(POLICY);
    assertThat(wasInForce(store, policy)).isFalse();

    isInForce(policy);
    isInForce(policy);
    isInForce(retention("{}"));

    assertThat(wasInForce(store, retention(POLICY))).isTrue();
    assertThat(wasInForce(store, retention("{}"))).isTrue();
    assertThat(wasInForce(store, retention(POLICY.replace("720h", "1h")))).isFalse();
    assertThat(store.keys())
        .isEqualTo(
            List.of(fingerprint("{}"), fingerprint(POLICY)).stream()
                .sorted()
                .map(it -> Layout.COLLECTIONS + "policies/" + it)
                .toList());
  }

  @Test
  void aStoreThatFailsIsNotTakenForOneThatKnowsNothing() {
    isInForce(retention("{}"));
    var failing = new InterleavedStore(store);
    failing.failAfter(0);

    assertThatThrownBy(() -> wasInForce(failing, retention("{}")))
        .isInstanceOf(RegistryException.class);
  }
}
