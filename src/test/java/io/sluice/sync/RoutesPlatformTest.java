package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigLoader;
import io.sluice.config.SyncRegistryConfig;
import io.sluice.oci.RepositoryName;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Seven upstreams and 35 prefixes of the platform: each name goes where it went before. */
class RoutesPlatformTest {
  private static final List<SyncRegistryConfig> REGISTRIES =
      ConfigLoader.load(Path.of("src/test/resources/zot-config.json"))
          .extensions()
          .sync()
          .orElseThrow()
          .registries();

  private static final Set<String> SEEN = new HashSet<>();

  private final Routes routes = Routes.of(REGISTRIES);

  @ParameterizedTest
  @CsvSource({
    "library/alpine,                                  registry-1.docker.io",
    "bitnami/postgresql,                              registry-1.docker.io",
    "grafana/grafana,                                 registry-1.docker.io",
    "kong/kong-gateway,                               registry-1.docker.io",
    "aquasecurity/trivy-operator,                     registry-1.docker.io",
    "falcosecurity/falco-driver-loader,               registry-1.docker.io",
    "velero/velero-plugin-for-aws,                    registry-1.docker.io",
    "rabbitmqoperator/cluster-operator,               registry-1.docker.io",
    "linuxserver/code-server,                         registry-1.docker.io",
    "codercom/code-server,                            registry-1.docker.io",
    "b4bz/homer,                                      registry-1.docker.io",
    "alpine/k8s,                                      registry-1.docker.io",
    "sosedoff/pgweb,                                  registry-1.docker.io",
    "kiwigrid/k8s-sidecar,                            registry-1.docker.io",
    "minio/minio,                                     registry-1.docker.io",
    "otwld/ollama-helm,                               registry-1.docker.io",
    "bitnamilegacy/kubectl,                           registry-1.docker.io",
    "cloudnative-pg/postgresql,                       ghcr.io",
    "kyverno/kyverno,                                 ghcr.io",
    "tektoncd/pipeline/controller-10a3e32792f33651,   ghcr.io",
    "headlamp-k8s/headlamp,                           ghcr.io",
    "umami-software/umami,                            ghcr.io",
    "open-telemetry/opentelemetry-operator/collector, ghcr.io",
    "prymitive/karma,                                 ghcr.io",
    "icoretech/airbroke,                              ghcr.io",
    "openclaw/openclaw,                               ghcr.io",
    "prometheus/node-exporter,                        quay.io",
    "thanos/thanos,                                   quay.io",
    "prometheus-operator/prometheus-operator,         quay.io",
    "keycloak/keycloak,                               quay.io",
    "kube-state-metrics/kube-state-metrics,           registry.k8s.io",
    "autoscaling/vpa-recommender,                     registry.k8s.io",
    "fairwinds-ops/oss/goldilocks,                    us-docker.pkg.dev",
    "kaniko-project/executor,                         gcr.io",
    "aquasec/trivy,                                   mirror.gcr.io"
  })
  void aNameOfEachPrefixGoesToItsUpstreamUnchanged(String repository, String host) {
    SEEN.add(repository.substring(0, repository.indexOf('/')) + "/**");
    var name = new RepositoryName(repository);
    for (var ns : List.of(Optional.<String>empty(), Optional.of(host))) {
      assertThat(routes.onDemand(name, ns))
          .singleElement()
          .satisfies(
              route -> {
                assertThat(hostOf(route.registry())).isEqualTo(host);
                assertThat(route.repository()).isEqualTo(repository);
              });
    }
    assertThat(routes.isRouted(name)).isTrue();
  }

  @AfterAll
  static void noPrefixWasLeftOut() {
    var prefixes =
        REGISTRIES.stream()
            .flatMap(registry -> registry.content().stream())
            .map(content -> content.prefix().source())
            .toList();
    assertThat(prefixes).hasSize(35);
    assertThat(SEEN).containsExactlyInAnyOrderElementsOf(prefixes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alpinelinux/alpine",
        "team/app",
        "nginx",
        "docker.io/library/alpine",
        "ghcr.io/kyverno/kyverno",
        "kyverno-policies/kyverno",
        "my/library/alpine",
        "prometheusx/node-exporter",
        "quay.io/prometheus/node-exporter"
      })
  void otherNamesAreNeverSentAnywhere(String repository) {
    var name = new RepositoryName(repository);
    assertThat(routes.isRouted(name)).isFalse();
    assertThat(
            Stream.of("docker.io", "ghcr.io", "elsewhere.example")
                .flatMap(ns -> routes.onDemand(name, Optional.of(ns)).stream()))
        .isEmpty();
  }

  @Test
  void theNameOfAPrefixItselfIsRoutedToo() {
    assertThat(routes.onDemand(new RepositoryName("library"), Optional.empty()))
        .containsExactly(new Routes.Route(0, "library"));
  }

  @Test
  void aNameOfOneUpstreamIsNotAskedForAtAnother() {
    assertThat(routes.onDemand(new RepositoryName("kyverno/kyverno"), Optional.of("docker.io")))
        .isEmpty();
  }

  private static String hostOf(int registry) {
    return REGISTRIES.get(registry).urls().getFirst().getHost();
  }
}
