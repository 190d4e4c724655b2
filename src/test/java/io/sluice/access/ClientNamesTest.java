package io.sluice.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigLoader;
import io.sluice.config.Format;
import io.sluice.testkit.Certificates;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClientNamesTest {
  private static final Certificates AUTHORITY = Certificates.shared();

  private static Optional<String> name(io.sluice.testkit.Identity client, String mtls) {
    var config =
        ConfigLoader.parse(
            """
            {storage: {rootDirectory: /data},
             http: {tls: {cert: a, key: b, cacert: c}, auth: {mtls: {%s}}}}
            """
                .formatted(mtls),
            Format.YAML);
    return new ClientNames(config.http().auth().mtls().orElseThrow()).of(client.certificate());
  }

  @Test
  void eachAttributeNamesTheClient() {
    var client =
        AUTHORITY.client(
            "CN=ann,OU=a,O=b",
            "email:ann@a.org",
            "email:ann@b.org",
            "uri:spiffe://cluster/ns/ci/sa/builder",
            "uri:urn:second",
            "dns:one.example",
            "dns:two.example");
    assertThat(name(client, "")).hasValue("ann");
    assertThat(name(client, "identityAttributes: [CN]")).hasValue("ann");
    assertThat(name(client, "identityAttributes: [Subject]")).hasValue("CN=ann,OU=a,O=b");
    assertThat(name(client, "identityAttributes: [Email]")).hasValue("ann@a.org");
    assertThat(name(client, "identityAttributes: [Email], emailSanIndex: 1")).hasValue("ann@b.org");
    assertThat(name(client, "identityAttributes: [URI]"))
        .hasValue("spiffe://cluster/ns/ci/sa/builder");
    assertThat(name(client, "identityAttributes: [URI], uriSanIndex: 1")).hasValue("urn:second");
    assertThat(name(client, "identityAttributes: [URI], uriSanPattern: 'spiffe://.*/sa/(.*)'"))
        .hasValue("builder");
    assertThat(name(client, "identityAttributes: [DNSName], dnsSanIndex: 1"))
        .hasValue("two.example");
  }

  @Test
  void theFirstAttributeThatTheCertificateHasCounts() {
    var client = AUTHORITY.client("CN=ann", "dns:one.example");
    assertThat(name(client, "identityAttributes: [Email, DNSName, CN]")).hasValue("one.example");
    assertThat(name(client, "identityAttributes: [DNSName, CN], dnsSanIndex: 1")).hasValue("ann");
  }

  @Test
  void aCertificateThatHasNoneNamesNobody() {
    var client = AUTHORITY.client("O=team", "uri:urn:other");
    assertThat(name(client, "identityAttributes: [CN, Email]")).isEmpty();
    assertThat(name(client, "identityAttributes: [URI], uriSanPattern: 'spiffe://(.*)'")).isEmpty();
  }
}
