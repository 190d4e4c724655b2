package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How files are found, parsed and typed, whatever their keys mean. */
class ConfigFormatTest {
  private static final String MINIMAL = "{\"storage\": {\"rootDirectory\": \"/d\"}}";

  private final Path directory;

  ConfigFormatTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void yamlIsReadLikeJson() throws IOException {
    var fixture = Path.of("src/test/resources/zot-config.json");
    var yaml = new YAMLMapper().writeValueAsString(new ObjectMapper().readTree(fixture.toFile()));
    assertThat(ConfigLoader.parse(yaml, Format.YAML)).isEqualTo(ConfigLoader.load(fixture));
  }

  @Test
  void theExtensionTellsTheFormat() throws IOException {
    var yaml = "storage:\n  rootDirectory: /d\n";
    var expected = ConfigLoader.parse(MINIMAL, Format.JSON);
    assertThat(ConfigLoader.load(file("a.json", MINIMAL))).isEqualTo(expected);
    assertThat(ConfigLoader.load(file("a.JSON", MINIMAL))).isEqualTo(expected);
    assertThat(ConfigLoader.load(file("a.yaml", yaml))).isEqualTo(expected);
    assertThat(ConfigLoader.load(file("a.yml", yaml))).isEqualTo(expected);
    assertThat(ConfigLoader.load(file("config", yaml))).isEqualTo(expected);
    assertThat(ConfigLoader.load(file("config.conf", MINIMAL))).isEqualTo(expected);
    assertThat(ConfigLoader.load(file("bom.json", "\uFEFF" + MINIMAL))).isEqualTo(expected);
    assertThat(problem(file("b.json", yaml)).message()).contains("not well-formed JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.toml", "a.hcl", "a.ini", "a.properties", "a.env", ".env"})
  void otherFormatsAreRefused(String name) throws IOException {
    var problem = problem(file(name, MINIMAL));
    assertThat(problem.message()).contains("format that is not read");
    assertThat(problem.expected()).contains("JSON").contains("YAML");
    assertThat(problem.value()).endsWith(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n", "{}", "null", "# nothing\n", "---\n"})
  void anEmptyConfigurationIsAMistake(String text) {
    assertThat(problem(text, Format.UNKNOWN).message()).isEqualTo("the configuration is empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "\"storage\"", "17"})
  void aConfigurationIsASection(String text) {
    assertThat(problem(text, Format.JSON).message()).contains("not a section");
  }

  @Test
  void whatCannotBeReadIsSaidPlainly() throws IOException {
    assertThat(problem(directory.resolve("absent.json")).message())
        .contains("no such configuration");
    assertThat(problem(directory).message()).contains("is a directory");
    var latin1 = directory.resolve("latin1.json");
    Files.write(latin1, new byte[] {'{', '"', (byte) 0xe4, '"', '}'});
    assertThat(problem(latin1).message()).contains("UTF-8");
  }

  @Test
  void aSyntaxErrorHasLineAndColumn() {
    assertThat(problem("{\n  \"storage\": {\n    \"gc\": true,\n  }\n}", Format.JSON).message())
        .startsWith("line 4, column 3: not well-formed JSON");
    assertThat(problem("storage:\n  gc: true\n gcDelay: 1h\n", Format.YAML).message())
        .startsWith("line 3, column 2: not well-formed YAML");
  }

  @Test
  void keysAreWrittenInAnyCase() {
    var config =
        ConfigLoader.parse(
            """
            {"Storage": {"ROOTDIRECTORY": "/d", "subpaths": {"/A": {"RootDirectory": "/a"}}},
             "http": {"auth": {"HTPASSWD": {"path": "/h"}},
                      "accesscontrol": {"groups": {"DevTeam": {"users": ["Ann"]}},
                                        "repositories": {"Team/**": {"defaultpolicy": ["READ"]}}}}}
            """,
            Format.JSON);
    assertThat(config.storage().subPaths()).containsOnlyKeys("/a");
    var access = config.http().accessControl().orElseThrow();
    assertThat(access.groups()).containsOnlyKeys("devteam");
    assertThat(access.groups().get("devteam")).containsExactly("Ann");
    assertThat(access.repositories().getFirst().pattern().source()).isEqualTo("team/**");
    assertThat(access.repositories().getFirst().defaultPolicy())
        .containsExactly(AccessControlConfig.Action.READ);
  }

  @Test
  void aKeyIsWrittenOnce() {
    var problem =
        problem(
            "{\"storage\": {\"rootDirectory\": \"/d\",\n \"gc\": true,\n \"GC\": false}}",
            Format.JSON);
    assertThat(problem.keyPath()).isEqualTo("storage.GC");
    assertThat(problem.message()).contains("same key as \"gc\" in line 2");
    assertThat(problem("storage: {rootDirectory: /a}\nstorage: {}", Format.YAML).message())
        .contains("written twice");
  }

  @Test
  void typesAreWeak() {
    var config =
        ConfigLoader.parse(
            """
            {"storage": {"rootDirectory": "/d", "gc": "false", "dedupe": 0, "commit": "F", "maxRepos": "7",
                         "gcInterval": 1500000000},
             "http": {"port": 5000, "realm": 42, "auth": {"failDelay": 5}},
             "extensions": {"lint": {"enable": "true", "mandatoryAnnotations": "a,b"},
                            "sync": {"registries": {"urls": "https://h", "content": []}}},
             "cluster": null}
            """,
            Format.JSON);
    var storage = config.storage();
    assertThat(storage.gc().enabled()).isFalse();
    assertThat(storage.dedupe()).isFalse();
    assertThat(storage.commit()).isFalse();
    assertThat(storage.maxRepos()).isEqualTo(7);
    assertThat(storage.gc().interval()).isEqualTo(Duration.ofMillis(1500));
    assertThat(config.http().port()).isEqualTo(5000);
    assertThat(config.http().realm()).isEqualTo("42");
    assertThat(config.http().auth().failDelay()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.extensions().lint().orElseThrow().mandatoryAnnotations())
        .containsExactly("a", "b");
    assertThat(config.extensions().sync().orElseThrow().registries().getFirst().urls()).hasSize(1);
    assertThat(config.cluster()).isEmpty();
  }

  @Test
  void nestingIsLimited() {
    for (var format : Format.values()) {
      assertThat(problem("{\"a\":".repeat(100) + "1" + "}".repeat(100), format).message())
          .contains("nested too deeply");
      assertThat(problem("[".repeat(100_000), format).message()).contains("nested too deeply");
    }
    var deep = "{\"a\":".repeat(63) + "{\"b\": 1}" + "}".repeat(63);
    assertThat(problem(deep, Format.JSON).message()).isEqualTo("is missing");
  }

  @Test
  void sizeIsLimited() throws IOException {
    var large = MINIMAL + " ".repeat(4 << 20);
    assertThat(problem(file("large.json", large)).message()).contains("too large");
    assertThat(problem(large, Format.JSON).message()).contains("too large");
    var fits = MINIMAL + " ".repeat((4 << 20) - MINIMAL.length());
    assertThat(ConfigLoader.load(file("fits.json", fits)).storage().rootDirectory())
        .isEqualTo(Path.of("/d"));
  }

  @Test
  void yamlHasNoAliasesAndOneDocument() {
    assertThat(problem("a: &x {b: 1}\nstorage: *x\n", Format.YAML).message()).contains("aliases");
    assertThat(problem("storage: {rootDirectory: /d}\n---\nhttp: {}\n", Format.YAML).message())
        .contains("second document");
    assertThat(problem(MINIMAL + MINIMAL, Format.JSON).message()).contains("second document");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static Problem problem(Path file) {
    var failure = catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(file));
    assertThat(failure).as(file.toString()).isNotNull();
    return failure.problems().getFirst();
  }

  private static Problem problem(String text, Format format) {
    var failure =
        catchThrowableOfType(ConfigException.class, () -> ConfigLoader.parse(text, format));
    assertThat(failure).isNotNull();
    return failure.problems().getFirst();
  }
}
