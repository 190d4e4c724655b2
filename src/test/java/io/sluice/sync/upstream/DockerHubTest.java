package io.sluice.sync.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.sync.login.LoginSource;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DockerHubTest {
  private static final Origin HUB = origin("https://registry-1.docker.io");

  @Test
  void itIsSpokenToWhereItsRegistryIs() {
    assertThat(DockerHub.spokenTo(origin("https://docker.io"))).isEqualTo(HUB);
    assertThat(DockerHub.spokenTo(origin("https://index.docker.io"))).isEqualTo(HUB);
    assertThat(DockerHub.spokenTo(origin("http://docker.io"))).isEqualTo(HUB);
    assertThat(DockerHub.spokenTo(HUB)).isEqualTo(HUB);
  }

  @Test
  void othersAreWhereTheyAreWritten() {
    for (var url :
        new String[] {"https://quay.io", "https://docker.io:5000", "http://docker.example"}) {
      assertThat(DockerHub.spokenTo(origin(url))).isEqualTo(origin(url));
    }
  }

  @Test
  void onlyItsOfficialImagesAreInLibrary() {
    assertThat(DockerHub.repository(HUB, "alpine")).isEqualTo("library/alpine");
    assertThat(DockerHub.repository(HUB, "grafana/grafana")).isEqualTo("grafana/grafana");
    assertThat(DockerHub.repository(origin("https://quay.io"), "alpine")).isEqualTo("alpine");
  }

  @Test
  void itsLoginMayBeKeptUnderAnyOfItsNames() {
    var login = LoginSource.of(Optional.empty());
    for (var name : new String[] {"docker.io", "index.docker.io", "registry-1.docker.io"}) {
      var found =
          DockerHub.login(
              origin("https://docker.io"),
              host -> host.equals(name) ? Optional.of(login) : Optional.empty());
      assertThat(found).as(name).containsSame(login);
    }
    assertThat(
            DockerHub.login(
                origin("https://quay.io"),
                host -> host.equals("docker.io") ? Optional.of(login) : Optional.empty()))
        .isEmpty();
  }

  private static Origin origin(String url) {
    return Origin.of(URI.create(url));
  }
}
