package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule: a configuration that breaks it and nothing else, and what the user is told. */
class ConfigValidationTest {
  private static final String STORAGE = "storage: {rootDirectory: /data}\n";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
      gc: maybe                              | storage.gc                     | cannot be read              | true or false
      gcDelay: -1h                           | storage.gcDelay                | is negative                 | a duration such as
      gcDelay: 1d                            | storage.gcDelay                | unknown unit "d"            | a duration such as
      gcInterval: -5                         | storage.gcInterval             | is negative                 | a duration such as
      gcTimeWindow: 25:00-26:00              | storage.gcTimeWindow           | is not a time window        | HH:MM-HH:MM
      gcTimeWindow: 10:00-10:00              | storage.gcTimeWindow           | starts when it ends         | HH:MM-HH:MM
      maxRepos: -1                           | storage.maxRepos               | is out of range             | at least 0
      redirectBlobURL: true                  | storage.redirectBlobURL        | others can read from        | false, or a storageDriver
      cacheDriver: {name: etcd}              | storage.cacheDriver.name       | is not known                | one of dynamodb, redis
      cacheDriver: {name: redis}             | storage.cacheDriver.url        | is missing                  | a Redis URL
      cacheDriver: {name: dynamodb, cacheTablename: t} | storage.cacheDriver  | needs the storageDriver s3  | redis
      storageDriver: {name: ftp}             | storage.storageDriver.name     | is not known                | one of azure, gcs, s3
      storageDriver: {}                      | storage.storageDriver.name     | is missing                  | one of azure, gcs, s3
      storageDriver: {name: s3, region: eu-west-1} | storage.storageDriver.bucket | is missing              | the name of a bucket
      storageDriver: {name: s3, bucket: b}   | storage.storageDriver.region   | is missing                  | or a regionendpoint
      storageDriver: {name: s3, bucket: b, region: mars} | storage.storageDriver.region | not a region of AWS | eu-central-1
      storageDriver: {name: s3, bucket: b, region: eu-west-1, rootdirectory: x} | storage.storageDriver.rootdirectory | start with a slash | /x
      storageDriver: {name: s3, bucket: b, region: eu-west-1, chunksize: 1MiB} | storage.storageDriver.chunksize | out of range | from 5MiB
      storageDriver: {name: s3, bucket: b, region: eu-west-1, storageclass: HOT} | storage.storageDriver.storageclass | is not known | standard
      storageDriver: {name: s3, bucket: b, region: eu-west-1, accesskey: k} | storage.storageDriver.secretkey | is missing | both accesskey and secretkey
      storageDriver: {name: s3, bucket: b, regionendpoint: "ftp://h"} | storage.storageDriver.regionendpoint | not an address | a URL or host:port
      storageDriver: {name: gcs}             | storage.storageDriver.bucket   | is missing                  | the name of a bucket
      storageDriver: {name: azure, accountname: a, container: c} | storage.storageDriver.accountkey | is missing | the key of the account
      retention: {delay: -1s}                | storage.retention.delay        | is negative                 | a duration such as
      retention: {policies: [{repositories: ["a["]}]} | storage.retention.policies[0].repositories[0] | is not a glob | a glob such as
      retention: {policies: [{keepTags: [{patterns: ["ok", "("]}]}]} | storage.retention.policies[0].keepTags[0].patterns[1] | is not a regular expression | RE2
      retention: {policies: [{keepTags: [{patterns: ["(?=a)"]}]}]} | storage.retention.policies[0].keepTags[0].patterns[0] | look-around | RE2
      retention: {policies: [{keepTags: [{mostRecentlyPushedCount: -1}]}]} | storage.retention.policies[0].keepTags[0].mostRecentlyPushedCount | out of range | at least 0
      retention: {policies: [{keepUntagged: {pulledWithin: 7d}}]} | storage.retention.policies[0].keepUntagged.pulledWithin | unknown unit | a duration such as
      subPaths: {/a: {}}                     | storage.subPaths./a.rootDirectory | is missing               | the path of a directory
      subPaths: {/a: {rootDirectory: /data/a}} | storage.subPaths./a.rootDirectory | one lies in the other  | a directory of its own
      subPaths: {/a: {rootDirectory: /a, gc: true, gcDelay: 0}} | storage.subPaths./a.gcDelay | longer than zero | a duration such as
      subPaths: {/a: {rootDirectory: /a, maxRepos: 1}} | storage.subPaths./a.maxRepos | is not a known key    | one of
      subPaths: {/a: {rootDirectory: /a, cacheDriver: {name: redis, url: "redis://h"}}} | storage.subPaths./a.cacheDriver.name | not supported in subPaths | dynamodb
      """)
  void storage(String line, String keyPath, String message, String expected) {
    assertOnlyProblem("storage:\n  rootDirectory: /data\n  " + line, keyPath, message, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
      port: 65536                            | http.port                      | is out of range             | from 0 to 65535
      port: http                             | http.port                      | cannot be read              | from 0 to 65535
      externalUrl: registry                  | http.externalUrl               | is not a web address        | an absolute URL
      readTimeout: 60                        | http.readTimeout               | -                           | -
      readTimeout: "60"                      | http.readTimeout               | without a unit              | a duration such as
      tls: {cert: /c}                        | http.tls.key                   | is missing                  | both cert and key
      tls: {cacert: /c, key: /k}             | http.tls.cert                  | is missing                  | both cert and key
      ratelimit: {rate: 0}                   | http.ratelimit.rate            | is out of range             | at least 1
      ratelimit: {methods: [{method: GOT, rate: 1}]} | http.ratelimit.methods[0].method | is not a method      | such as GET
      ratelimit: {methods: [{method: get}]}  | http.ratelimit.methods[0].rate | is missing                  | requests per second
      auth: {ldap: {baseDN: d, userAttribute: uid}} | http.auth.ldap.address  | is missing                  | the host
      auth: {ldap: {address: h, userAttribute: uid}} | http.auth.ldap.baseDN  | is missing                  | where users are
      auth: {ldap: {address: h, baseDN: d}}  | http.auth.ldap.userAttribute   | is missing                  | such as uid
      auth: {bearer: {realm: r, service: s}} | http.auth.bearer               | whose tokens are good       | cert, awsSecretsManager or oidc
      auth: {bearer: {cert: /c, awsSecretsManager: {region: r, secretName: s}}} | http.auth.bearer.cert | cannot go with | one of the two
      auth: {bearer: {cert: /c, upstreamTokenEndpoint: {realm: "http://h/token"}}} | http.auth.bearer.upstreamTokenEndpoint.realm | is not encrypted | https
      auth: {openid: {providers: {}}}        | http.auth.openid.providers     | are missing                 | google
      auth: {openid: {providers: {facebook: {clientid: c}}}} | http.auth.openid.providers.facebook | is not a known key | one of
      auth: {openid: {providers: {oidc: {}}}} | http.auth.openid.providers.oidc.credentialsFile | is missing | clientid
      auth: {mtls: {}}                       | http.auth.mtls                 | needs certificates          | http.tls.cacert
      auth: {mtls: {identityAttributes: [Shoe]}, } | http.auth.mtls.identityAttributes[0] | not a part of a certificate | CN
      auth: {failDelay: -1s}                 | http.auth.failDelay            | is out of range             | seconds
      auth: {sessionDriver: {name: file}}    | http.auth.sessionDriver.name   | is not known                | one of local, redis
      auth: {sessionKeysFile: /k, sessionDriver: {name: redis, url: "redis://h"}} | http.auth.sessionKeysFile | cannot go with | one of the two
      accessControl: {repositories: {"**": {defaultPolicy: [read]}}} | http.accessControl | nothing can tell who | htpasswd
      accessControl: {repositories: {"a{": {anonymousPolicy: [read]}}} | http.accessControl.repositories.a{ | is not a glob | a glob such as
      accessControl: {repositories: {"**": {policies: []}, adminPolicy: {}}} | http.accessControl.repositories.adminPolicy | - | -
      """)
  void http(String line, String keyPath, String message, String expected) {
    if (message.equals("-")) {
      assertThat(ConfigLoader.parse(STORAGE + "http:\n  " + line, Format.YAML)).isNotNull();
      return;
    }
    // Only one rule at a time: client certificates need an authority, which has a row of its own.
    var tls =
        line.contains("identityAttributes") ? "\n  tls: {cert: /c, key: /k, cacert: /ca}" : "";
    assertOnlyProblem(STORAGE + "http:\n  " + line + tls, keyPath, message, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
      ui: {}                                 | extensions.ui                  | needs search                | extensions.search
      metrics: {prometheus: {path: metrics}} | extensions.metrics.prometheus.path | cannot be a path        | /metrics
      metrics: {prometheus: {path: /}}       | extensions.metrics.prometheus.path | cannot be a path        | /metrics
      metrics: {prometheus: {path: /v2/x}}   | extensions.metrics.prometheus.path | cannot be a path        | /metrics
      metrics: {prometheus: {path: /a/../b}} | extensions.metrics.prometheus.path | cannot be a path        | /metrics
      search: {cve: {trivy: {sbom: {enable: true, format: pdf}}}} | extensions.search.cve.trivy.sbom.format | is not known | cyclonedx
      events: {enable: true, sinks: [{type: smtp, address: a}]} | extensions.events.sinks[0].type | is not known | one of http, nats
      events: {enable: true, sinks: [{type: http}]} | extensions.events.sinks[0].address | is missing       | where to send
      sync: {registries: [{onDemand: true}]} | extensions.sync.registries[0].urls | are missing             | at least one URL
      sync: {registries: [{urls: []}]}       | extensions.sync.registries[0].urls | are missing             | at least one URL
      sync: {registries: [{urls: ["ftp://h"]}]} | extensions.sync.registries[0].urls[0] | is not a web address | http or https
      sync: {registries: [{urls: [h], pollInterval: 1h}]} | extensions.sync.registries[0].content | polling needs | prefixes
      sync: {registries: [{urls: [h], maxRetries: 3}]} | extensions.sync.registries[0].retryDelay | maxRetries needs it | a duration
      sync: {registries: [{urls: [h], retryDelay: 1m, maxRetryDelay: 1s}]} | extensions.sync.registries[0].maxRetryDelay | shorter than retryDelay | at least 1m0s
      sync: {registries: [{urls: [h], preserveDigest: true}]} | extensions.sync.registries[0].preserveDigest | Docker's manifests | http.compat
      sync: {registries: [{urls: [h], content: [{prefix: "a[]"}]}]} | extensions.sync.registries[0].content[0].prefix | is not a glob | a glob such as
      sync: {registries: [{urls: [h], content: [{}]}]} | extensions.sync.registries[0].content[0].prefix | is missing | a glob such as
      sync: {registries: [{urls: [h], content: [{prefix: a/b, destination: /, stripPrefix: true}]}]} | extensions.sync.registries[0].content[0].destination | nothing of the name | stripPrefix
      sync: {registries: [{urls: [h], content: [{prefix: a, tags: {regex: "a**"}}]}]} | extensions.sync.registries[0].content[0].tags.regex | one repetition | RE2
      sync: {registries: [{urls: [h], credentialHelper: vault}]} | extensions.sync.registries[0].credentialHelper | is not known | one of ecr, gcp, oauth2
      sync: {registries: [{urls: [h], credentialHelper: oauth2}]} | extensions.sync.registries[0].oauth2CredentialHelper | is missing | tokenURL
      """)
  void extensions(String line, String keyPath, String message, String expected) {
    assertOnlyProblem(STORAGE + "extensions:\n  " + line, keyPath, message, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
      log: {level: loud}                     | log.level                      | is not known                | one of debug
      cluster: {hashKey: 0123456789abcdef}   | cluster.members                | are missing                 | at least one
      cluster: {members: [h], hashKey: 0123456789abcdef} | cluster.members[0] | not a host with a port      | at least one
      cluster: {members: ["h:1"], hashKey: short} | cluster.hashKey           | not of the right length     | exactly 16
      scheduler: {numWorkers: -1}            | scheduler.numWorkers           | is out of range             | from 0
      storge: {}                             | storge                         | is not a known key          | "storage"
      sluice: {http: {headerTimeout: 0}}     | sluice.http.headerTimeout      | is out of range             | from 1ms
      sluice: {http: {maxConnections: 0}}    | sluice.http.maxConnections     | is out of range             | from 1
      sluice: {http: {maxHeaderSize: 10}}    | sluice.http.maxHeaderSize      | is out of range             | from 1KiB
      sluice: {http: {maxManifestSize: 4MXB}} | sluice.http.maxManifestSize   | unknown unit                | a size such as
      sluice: {http: {trustedProxies: [10.0.0.0/33]}} | sluice.http.trustedProxies[0] | does not fit         | an address or block
      sluice: {uploads: {window: 17}}        | sluice.uploads.window          | is out of range             | from 1 to 16
      sluice: {uploads: {memory: 1KiB}}      | sluice.uploads.memory          | is too small                | at least 8MiB
      sluice: {uploads: {memory: much}}      | sluice.uploads.memory          | is not a size               | auto
      sluice: {uploads: {expireAfter: 1s}}   | sluice.uploads.expireAfter     | is out of range             | from 1m0s
      sluice: {uploads: {maxBlobSize: 0}}    | sluice.uploads.maxBlobSize     | is zero                     | a size such as
      sluice: {tags: {history: 1001}}        | sluice.tags.history            | is out of range             | from 0 to 1000
      sluice: {shutdown: {timeout: 2h}}      | sluice.shutdown.timeout        | is out of range             | to 1h0m0s
      sluice: {events: {progressInterval: 1ms}} | sluice.events.progressInterval | is out of range           | from 100ms
      sluice: {cache: {trustFor: -1s}}       | sluice.cache.trustFor          | is out of range             | from 0s
      sluice: {s3: {createBucket: 2x}}       | sluice.s3.createBucket         | cannot be read              | true or false
      sluice: {sync: {platforms: [linux]}}   | sluice.sync.platforms[0]       | is not a platform           | os/architecture
      """)
  void otherSections(String line, String keyPath, String message, String expected) {
    assertOnlyProblem(STORAGE + line, keyPath, message, expected);
  }

  @Test
  void withoutAStorageNothingRuns() {
    assertOnlyProblem("http: {}", "storage.rootDirectory", "is missing", "the path of a directory");
  }

  @Test
  void scansNeedImagesOnTheLocalDisk() {
    assertOnlyProblem(
        """
        storage: {rootDirectory: /d, storageDriver: {name: s3, bucket: b, region: eu-west-1}}
        extensions: {search: {cve: {}}}
        """,
        "extensions.search.cve",
        "local disk",
        "no cve");
  }

  @Test
  void allProblemsAreReportedAtOnceInTheOrderOfTheFile() {
    var problems =
        problemsOf(
            """
            log: {level: loud}
            http:
              port: 99999
              auth: {ldpa: {}}
            storage:
              gcDelay: soon
              storageDriver: {name: s3, regionendpoint: "http://h"}
              retention: {policies: [{repositories: ["["]}]}
            """);
    assertThat(problems)
        .extracting(Problem::keyPath)
        .containsExactly(
            "log.level",
            "http.port",
            "http.auth.ldpa",
            "storage.rootDirectory",
            "storage.gcDelay",
            "storage.storageDriver.bucket",
            "storage.retention.policies[0].repositories[0]");
  }

  @Test
  void anUnknownKeyComesWithTheNearestKnownOne() {
    var problem = problemsOf("storage: {rootDirectory: /d, gcDealy: 1h}").getFirst();
    assertThat(problem.render())
        .isEqualTo("storage.gcDealy: is not a known key; expected \"gcDelay\"");
  }

  @Test
  void anUnknownParameterOfADriverIsOnlyWarnedOf() {
    var config =
        ConfigLoader.parse(
            "storage: {rootDirectory: /d, storageDriver: {name: s3, bucket: b, regionendpoint: h, buket: x}}",
            Format.YAML);
    assertThat(config.warnings())
        .containsExactly(
            "storage.storageDriver.buket: is not known and has no effect (did you mean \"bucket\"?)");
  }

  @Test
  void ofS3WhatIsNotDoneAsConfiguredIsWarnedOf() {
    var config =
        ConfigLoader.parse(
            "storage: {rootDirectory: /d, storageDriver: {name: s3, bucket: b, regionendpoint: h, keyid: k, loglevel: debugwithsigning}}",
            Format.YAML);
    assertThat(config.warnings())
        .containsExactly(
            "storage.storageDriver.keyid: has no effect without encrypt",
            "storage.storageDriver.loglevel: logs as debug does; bodies and signatures are never logged");
  }

  @Test
  void whatHasNoEffectIsWarnedOf() {
    var config =
        ConfigLoader.parse(
            """
            distSpecVersion: 1.0.0
            storage: {rootDirectory: /d, gc: false, gcDelay: 1h, remoteCache: true, subPaths: {/a/b: {rootDirectory: /a}}}
            http:
              compat: [docker2s1]
              accessControl: {repositories: {a: {anonymousPolicy: [raed]}}}
            extensions: {mgmt: {enable: true}, apikey: {}, scrub: {interval: 1h}, search: {cve: {updateInterval: 1m}}}
            """,
            Format.YAML);
    assertThat(config.warnings())
        .hasSize(10)
        .anyMatch(w -> w.startsWith("distSpecVersion: 1.0.0"))
        .anyMatch(w -> w.startsWith("storage.gcDelay:"))
        .anyMatch(w -> w.startsWith("storage.remoteCache:"))
        .anyMatch(w -> w.startsWith("storage.subPaths./a/b:"))
        .anyMatch(w -> w.startsWith("http.compat:") && w.contains("\"docker2s2\"?"))
        .anyMatch(w -> w.contains("\"raed\"") && w.contains("\"read\"?"))
        .anyMatch(w -> w.startsWith("extensions.mgmt:"))
        .anyMatch(w -> w.startsWith("extensions.apikey:"))
        .anyMatch(w -> w.startsWith("extensions.scrub.interval: 1h0m0s is too short; 2h0m0s"));
    assertThat(config.extensions().scrub())
        .contains(new ExtensionsConfig.Scrub(Duration.ofHours(2)));
  }

  @Test
  void ofAnUpstreamOnlySchemeHostAndPortCount() {
    var config =
        ConfigLoader.parse(
            STORAGE
                + "extensions: {sync: {registries: [{urls: ['HTTPS://me:hunter2@h:5000/team', 'h2/']}]}}",
            Format.YAML);
    assertThat(config.extensions().sync().orElseThrow().registries().getFirst().urls())
        .containsExactly(URI.create("https://h:5000"), URI.create("https://h2"));
    assertThat(config.warnings()).hasSize(1).allMatch(w -> w.contains("not the path"));
    assertThat(config.toString()).doesNotContain("hunter2");
  }

  @Test
  void secretsAreNeverShown() {
    var texts =
        List.of(
            "storage: {rootDirectory: /d, storageDriver: {name: s3, accesskey: [hunter2], secretkey: {k: hunter2}}}",
            "storage: {rootDirectory: /d, storageDriver: {name: s3, acceskey: hunter2}}",
            "{\"storage\": {\"storageDriver\": {\"secretkey\": hunter2}}}",
            "storage: {storageDriver: {secretkey: 'hunter2}}",
            "cluster: {members: ['a:1'], hashKey: hunter2}",
            "http: {auth: {ldap: {bindPassword: hunter2}}}",
            "extensions: {events: {sinks: [{credentials: hunter2}]}}",
            "extensions: {sync: {registries: [{urls: ['ftp://me:hunter2@host']}]}}");
    for (var text : texts) {
      for (var format : Format.values()) {
        var failure =
            catchThrowableOfType(ConfigException.class, () -> ConfigLoader.parse(text, format));
        assertThat(failure).as(text).isNotNull();
        assertThat(failure.getMessage()).as(text).doesNotContain("hunter2");
      }
    }
  }

  @Test
  void aProblemIsOneLine() {
    var problem = new Problem("a.b", "x\n\u001b[31my", "is\r\nwrong", "right\u2028er");
    assertThat(problem.render()).isEqualTo("a.b: is wrong, found \"x [31my\"; expected right er");
    assertThat(problem).hasToString(problem.render());
  }

  private static List<Problem> problemsOf(String yaml) {
    var failure =
        catchThrowableOfType(ConfigException.class, () -> ConfigLoader.parse(yaml, Format.YAML));
    assertThat(failure).as(yaml).isNotNull();
    return failure.problems();
  }

  private static void assertOnlyProblem(
      String yaml, String keyPath, String message, String expected) {
    var problems = problemsOf(yaml);
    assertThat(problems).as(yaml).hasSize(1);
    var problem = problems.getFirst();
    assertThat(problem.keyPath()).isEqualTo(keyPath);
    assertThat(problem.message()).contains(message);
    assertThat(problem.expected()).contains(expected);
  }
}
