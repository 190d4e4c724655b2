package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigLoader;
import io.sluice.config.Format;
import io.sluice.config.SyncConfig;
import io.sluice.config.SyncRegistryConfig.Content;
import io.sluice.oci.RepositoryName;
import io.sluice.sync.Routes.Route;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "library/**,   '',         false, library/alpine,           library/alpine",
        "library/**,   '',         false, library,                  library",
        "library/**,   '',         false, alpine,                   -",
        "library/**,   '',         false, libraryx/alpine,          -",
        "/library/**/, '',         false, library/a/b,              library/a/b",
        "library/*,    '',         false, library/a/b,              -",
        "**,           /docker.io, false, docker.io/library/alpine, library/alpine",
        "**,           /docker.io, false, docker.io,                -",
        "**,           /docker.io, false, docker.iox/alpine,        -",
        "library/**,   /docker,    false, docker/library/alpine,    library/alpine",
        "library/**,   /docker,    false, library/alpine,           -",
        "library/**,   /docker,    true,  docker/alpine,            library/alpine",
        "library/**,   /docker,    true,  docker,                   library",
        "library/**,   a/b/,       true,  a/b/c/d,                  library/c/d",
        "library/**,   /,          true,  alpine,                   library/alpine",
        "library/*,    /,          true,  a/b,                      -",
        "/repo2/repo,  /repo,      true,  repo,                     repo2/repo",
        "/repo2/repo,  /repo,      true,  repo/a,                   -",
        "/repo2/repo,  /repo,      false, repo/repo2/repo,          repo2/repo",
        "foo/*/bar/**, '',         true,  x/bar/y,                  foo/x/bar/y",
        "a/foo*,       /x,         true,  x/foobar,                 a/foobar",
        "'{a,b}/**',   /x,         true,  x/b/c,                    b/c"
      })
  void namesMapAsInZot(
      String prefix, String destination, boolean strip, String local, String upstream) {
    var routes = routes(registry("https://u.example", entry(prefix, destination, strip)));
    assertThat(routes.onDemand(name(local), Optional.empty()))
        .isEqualTo(upstream == null ? List.of() : List.of(new Route(0, upstream)));
    assertThat(routes.isRouted(name(local))).isEqualTo(upstream != null);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "library/**,   '',         false, library/alpine, library/alpine",
        "**,           /docker.io, false, library/alpine, docker.io/library/alpine",
        "library/**,   /docker,    true,  library/alpine, docker/alpine",
        "library/**,   /docker,    true,  library,        docker",
        "library/**,   /docker,    true,  other/alpine,   -",
        "library/**,   /,          true,  library/alpine, alpine",
        "library/**,   /,          true,  library,        -",
        "/repo2/repo,  /repo,      true,  repo2/repo,     repo",
        "**,           '',         false, Not/A/Name,     -",
        "foo/*/bar/**, '',         true,  foo/x/bar/y,    x/bar/y"
      })
  void theMirrorPutsNamesWhereOnDemandLooksForThem(
      String prefix, String destination, boolean strip, String upstream, String local) {
    var content = content(prefix, destination, strip);
    assertThat(Routes.localName(content, upstream))
        .isEqualTo(Optional.ofNullable(local).map(RepositoryName::new));
  }

  @Test
  void aRegistryWithoutContentHasEveryNameAsItIs() {
    var routes = routes(registry("https://u.example", ""));
    assertThat(routes.onDemand(name("foo/bar"), Optional.empty()))
        .containsExactly(new Route(0, "foo/bar"));
    assertThat(routes.onDemand(name("alpine"), Optional.empty()))
        .containsExactly(new Route(0, "alpine"));
  }

  @Test
  void registriesAreAskedInTheirOrderEachByItsFirstEntryThatMatches() {
    var routes =
        routes(
            registry("https://a.example", entry("x/**", "", false)),
            registry("https://b.example", ""),
            registry(
                "https://c.example", entry("z/**", "team", true), entry("team/**", "", false)));
    assertThat(routes.onDemand(name("team/app"), Optional.empty()))
        .containsExactly(new Route(1, "team/app"), new Route(2, "z/app"));
  }

  @Test
  void onlyRegistriesOnDemandAreAsked() {
    var polled = "{urls: [a.example], pollInterval: 1h, content: [" + entry("**", "", false) + "]}";
    assertThat(routes(polled).isRouted(name("a/b"))).isFalse();
    assertThat(routes(polled, registry("b.example", "")).onDemand(name("a/b"), Optional.empty()))
        .containsExactly(new Route(1, "a/b"));
    assertThat(
            routes(polled, registry("b.example", ""))
                .onDemand(name("a/b"), Optional.of("a.example")))
        .isEmpty();
  }

  @Test
  void filtersOfTagsHaveNoEffectOnDemand() {
    var routes = routes(registry("u.example", "{prefix: '**', tags: {regex: '^v', semver: true}}"));
    assertThat(routes.isRouted(name("a/b"))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "docker.io,            0",
    "index.docker.io,      0",
    "registry-1.docker.io, 0",
    "Docker.IO,            0",
    "docker.io:443,        0",
    "https://docker.io/v2, 0",
    "ghcr.io,              1",
    "localhost:5000,       2",
    "localhost:5001,       3",
    "mirror.example,       1",
    "localhost,            2 3",
    "docker.io:5000,       0 1 2 3",
    "localhost:5002,       0 1 2 3",
    "quay.io,              0 1 2 3",
    "'',                   0 1 2 3",
    "'a b',                0 1 2 3",
    "'docker.io:x',        0 1 2 3"
  })
  void containerdsNsChoosesTheRegistriesAtThatHost(String ns, String expected) {
    var routes =
        routes(
            registry("https://registry-1.docker.io", ""),
            registry("https://ghcr.io, http://mirror.example", ""),
            registry("http://localhost:5000", ""),
            registry("http://localhost:5001", ""));
    assertThat(routes.onDemand(name("a/b"), Optional.of(ns)))
        .extracting(route -> Integer.toString(route.registry()))
        .containsExactly(expected.split(" ", -1));
  }

  @Test
  void anNsOfARegistryThatDoesNotHaveTheNameFindsNothing() {
    var routes =
        routes(
            registry("https://ghcr.io", entry("team/**", "", false)),
            registry("https://docker.io", ""));
    assertThat(routes.onDemand(name("other/app"), Optional.of("ghcr.io"))).isEmpty();
  }

  @Test
  void withoutSyncNothingIsRouted() {
    assertThat(Routes.of(List.of())).isSameAs(Routes.NONE);
    assertThat(Routes.NONE.isRouted(name("a/b"))).isFalse();
    assertThat(Routes.NONE.onDemand(name("a/b"), Optional.of("docker.io"))).isEmpty();
  }

  @Property
  void whatTheMirrorPutsSomewhereIsFoundThereOnDemand(
      @ForAll("entries") String entry, @ForAll("names") String upstream) {
    var config = sync(registry("u.example", entry)).registries();
    var content = config.getFirst().content().getFirst();
    Routes.localName(content, upstream)
        .ifPresent(
            local ->
                assertThat(Routes.of(config).onDemand(local, Optional.empty()))
                    .containsExactly(new Route(0, upstream)));
  }

  @Property
  void whatIsFoundOnDemandIsWhereTheMirrorWouldPutIt(
      @ForAll("entries") String entry, @ForAll("names") String local) {
    var config = sync(registry("u.example", entry)).registries();
    var content = config.getFirst().content().getFirst();
    for (var route : Routes.of(config).onDemand(name(local), Optional.empty())) {
      assertThat(Routes.localName(content, route.repository())).contains(name(local));
    }
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.of("a", "b", "ab", "c")
        .list()
        .ofMinSize(1)
        .ofMaxSize(5)
        .map(segments -> String.join("/", segments));
  }

  @Provide
  Arbitrary<String> entries() {
    var prefixes =
        Arbitraries.of("a", "b", "ab", "*", "**", "a*", "?", "{a,b}", "{a/b,c}", "[ab]")
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(segments -> String.join("/", segments));
    var destinations = Arbitraries.of("", "/a", "a/b", "/c/");
    return Combinators.combine(prefixes, destinations, Arbitraries.of(true, false))
        .as(RoutesTest::entry);
  }

  private static RepositoryName name(String text) {
    return new RepositoryName(text);
  }

  private static Content content(String prefix, String destination, boolean strip) {
    return sync(registry("u.example", entry(prefix, destination, strip)))
        .registries()
        .getFirst()
        .content()
        .getFirst();
  }

  private static String entry(String prefix, String destination, boolean strip) {
    return "{prefix: '%s', destination: '%s', stripPrefix: %s}"
        .formatted(prefix, destination, strip);
  }

  private static String registry(String urls, String... content) {
    return "{urls: [%s], onDemand: true, content: [%s]}"
        .formatted(
            String.join(
                ", ", List.of(urls.split(", ", -1)).stream().map(it -> "'" + it + "'").toList()),
            String.join(", ", content));
  }

  private static Routes routes(String... registries) {
    return Routes.of(sync(registries).registries());
  }

  private static SyncConfig sync(String... registries) {
    var yaml =
        "{storage: {rootDirectory: /d}, extensions: {sync: {registries: [%s]}}}"
            .formatted(String.join(", ", registries));
    return ConfigLoader.parse(yaml, Format.YAML).extensions().sync().orElseThrow();
  }
}
