package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The example in {@code conf} is right, also in what it comments out. */
class ConfigExampleTest {
  private static final Path EXAMPLE = Path.of("conf/example.yaml");

  @Test
  void itShowsTheDefaults() {
    var nothingBut = ConfigLoader.parse("storage: {rootDirectory: /var/lib/sluice}", Format.YAML);
    assertThat(ConfigLoader.load(EXAMPLE)).isEqualTo(nothingBut);
  }

  @Test
  void whatItCommentsOutCanBeUncommented() throws IOException {
    var lines = Files.readString(EXAMPLE).lines().skip(3).toList();
    var commented = Pattern.compile("^( *)# ([ -]*[A-Za-z\"*/]+\"?:.*|[ ]*- .*)$");
    var text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      var matcher = commented.matcher(lines.get(i));
      var line = matcher.matches() ? matcher.group(1) + matcher.group(2) : lines.get(i);
      // The empty form of a key goes where its commented form follows.
      boolean replaced =
          (line.contains("policies: []") || line.contains("subPaths: {}"))
              && i + 1 < lines.size()
              && lines.get(i + 1).contains("# ");
      text.append(replaced ? "" : line).append('\n');
    }
    var config = ConfigLoader.parse(text.toString(), Format.YAML);
    assertThat(config.warnings()).isEmpty();
    assertThat(config.storage().driver()).isPresent();
    assertThat(config.storage().retention().policies()).hasSize(1);
    assertThat(config.storage().subPaths()).containsOnlyKeys("/archive");
    assertThat(config.http().accessControl()).isPresent();
    assertThat(config.extensions().sync().orElseThrow().registries()).hasSize(1);
    assertThat(config.extensions().events()).isPresent();
    assertThat(config.sluice().uploads().maxBlobSize()).contains(DataSize.parse("20GiB"));
  }
}
