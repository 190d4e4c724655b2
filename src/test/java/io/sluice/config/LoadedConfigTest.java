package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of two versions of a file. */
class LoadedConfigTest {
  @TempDir private Path folder;

  @Test
  void theSameValuesInAnotherPlaceFormatAndCaseAreNoChange() throws IOException {
    assertThat(
            changed(
                """
                {"storage": {"rootDirectory": "/d", "gc": null},
                 "HTTP": {"port": "5000", "Realm": "r"}}
                """,
                """
                # a comment
                http: {realm: r, port: "5000"}
                storage:
                  rootDirectory: /d
                """))
        .isEmpty();
  }

  @Test
  void aChangedKeyIsToldByItsWholePathAsTheNewFileWritesIt() throws IOException {
    assertThat(
            changed(
                "{storage: {rootDirectory: /d}, http: {realm: a, port: 1}}",
                "{storage: {rootDirectory: /d}, http: {Realm: b, port: 1}}"))
        .containsExactly("http.Realm");
  }

  @Test
  void aSectionThatCameOrWentIsToldKeyByKey() throws IOException {
    var without = "{storage: {rootDirectory: /d}}";
    var with =
        """
        storage: {rootDirectory: /d}
        http:
          auth: {failDelay: 1, htpasswd: {path: /h}}
          accessControl: {repositories: {"**": {defaultPolicy: [read]}}}
        extensions: {scrub: {}}
        """;
    var keys =
        List.of(
            "extensions.scrub",
            "http.accessControl.repositories.**.defaultPolicy",
            "http.auth.failDelay",
            "http.auth.htpasswd.path");
    assertThat(changed(without, with)).isEqualTo(keys);
    assertThat(changed(with, without)).isEqualTo(keys);
  }

  @Test
  void whatIsWithinAListIsToldAsTheList() throws IOException {
    var policy =
        """
        storage: {rootDirectory: /d}
        http:
          auth: {htpasswd: {path: /h}}
          accessControl:
            repositories:
              team/**:
                policies:
                  - {users: [ann, %s], actions: [read]}
        """;
    assertThat(changed(policy.formatted("bob"), policy.formatted("carl")))
        .containsExactly("http.accessControl.repositories.team/**.policies");
    assertThat(changed(policy.formatted("bob"), policy.formatted("bob, carl")))
        .containsExactly("http.accessControl.repositories.team/**.policies");
    assertThat(changed(policy.formatted("bob"), policy.formatted("bob"))).isEmpty();
  }

  @Test
  void aValueOfAnotherTypeIsAChange() throws IOException {
    // To durations a bare number and a string are not the same thing.
    assertThat(
            changed(
                "{storage: {rootDirectory: /d, gcDelay: 3600000000000}}",
                "{storage: {rootDirectory: /d, gcDelay: 3600s}}"))
        .containsExactly("storage.gcDelay");
    assertThat(
            changed(
                "{storage: {rootDirectory: /d}, http: {compat: docker2s2}}",
                "{storage: {rootDirectory: /d}, http: {compat: [docker2s2]}}"))
        .containsExactly("http.compat");
  }

  @Test
  void aConfigurationWithoutAFileHasNoKeys() {
    var none = LoadedConfig.withoutFile(SluiceConfig.withoutFile(folder, 0));
    assertThat(none.file()).isEmpty();
    assertThat(none.changedKeys(none)).isEmpty();
  }

  @Test
  void aProblemCanBeToldWithoutWhatWasFound() {
    var problem = new Problem("http.port", "abc", "cannot be read", "a number");
    assertThat(problem.render()).contains("found \"abc\"");
    assertThat(problem.renderWithoutValue())
        .isEqualTo("http.port: cannot be read; expected a number");
  }

  private List<String> changed(String before, String after) throws IOException {
    return load("before", before).changedKeys(load("after", after));
  }

  private LoadedConfig load(String name, String text) throws IOException {
    var file =
        Files.writeString(
            folder.resolve(name + (text.startsWith("{\"") ? ".json" : ".yaml")), text);
    var loaded = ConfigLoader.loadWithKeys(file);
    assertThat(loaded.file()).contains(file);
    return loaded;
  }
}
