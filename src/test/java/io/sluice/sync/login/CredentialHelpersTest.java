package io.sluice.sync.login;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.sluice.config.CredentialHelperConfig;
import io.sluice.config.CredentialHelperConfig.OAuth2;
import io.sluice.config.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

class CredentialHelpersTest {
  private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  private static final URI ECR = URI.create("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com");

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, String> environment = new TreeMap<>();
  private AwsCredentialsProvider aws =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "s3cret-key"));
  private TokenServer server;
  private Optional<CredentialHelpers> helpers = Optional.empty();

  @TempDir Path folder;

  @BeforeEach
  void start() {
    server = new TokenServer(vertx);
    environment.put("HOME", folder.toString());
  }

  @AfterEach
  void stop() {
    helpers.ifPresent(it -> Await.result(it.close()));
    server.close();
    Await.result(vertx.close());
  }

  // --- OAuth 2

  @Test
  void aClientShowsItsAssertionAndGetsATokenAsPassword() throws Exception {
    server.answers(200, "{\"access_token\": \"t0ken\", \"expires_in\": 3600}");
    var config = oauth2(it -> it.put("assertionFile", file("assertion", " ey.ey.sig \n")));
    assertThat(login(config)).isEqualTo(new Login("<token>", new Secret("t0ken")));
    assertThat(server.last().method()).isEqualTo("POST");
    assertThat(server.last().path()).isEqualTo("/token");
    assertThat(server.last().headers().get("Content-Type"))
        .isEqualTo("application/x-www-form-urlencoded");
    assertThat(server.last().form())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "grant_type", "client_credentials",
                "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion", "ey.ey.sig"));
  }

  @Test
  void aSecretMakesAClientAndEverySettingIsSent() throws Exception {
    server.answers(200, "{\"access_token\": \"t\", \"expires_in\": \"60\"}");
    var config =
        oauth2(
            it ->
                it.put("clientID", "me & you")
                    .put("clientSecretFile", file("secret", "s3cret&=\n"))
                    .put("scopes", List.of("pull", "read:all"))
                    .put("username", "robot")
                    .put("audience", "https://registry"));
    assertThat(login(config).username()).isEqualTo("robot");
    assertThat(server.last().form())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "grant_type", "client_credentials",
                "client_id", "me & you",
                "client_secret", "s3cret&=",
                "scope", "pull read:all",
                "audience", "https://registry"));
  }

  @Test
  void anAssertionMayBeTheGrantItself() throws Exception {
    server.answers(200, "{\"access_token\": \"t\"}");
    login(oauth2(it -> it.put("assertionFile", file("a", "jwt")).put("grantType", JWT_BEARER)));
    assertThat(server.last().form())
        .containsExactlyInAnyOrderEntriesOf(Map.of("grant_type", JWT_BEARER, "assertion", "jwt"));
  }

  @Test
  void aTokenIsExchangedForAnother() throws Exception {
    server.answers(200, "{\"access_token\": \"t\"}");
    var exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    var type = "urn:ietf:params:oauth:token-type:";
    login(
        oauth2(
            it ->
                it.put("assertionFile", file("a", "jwt"))
                    .put("grantType", exchange)
                    .put("audience", "registry")
                    .put("requestedTokenType", type + "access_token")));
    assertThat(server.last().form())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "grant_type",
                exchange,
                "subject_token",
                "jwt",
                "subject_token_type",
                type + "jwt",
                "audience",
                "registry",
                "requested_token_type",
                type + "access_token"));
    login(
        oauth2(
            it ->
                it.put("assertionFile", file("a", "jwt"))
                    .put("grantType", exchange)
                    .put("subjectTokenType", type + "id_token")));
    assertThat(server.last().form()).containsEntry("subject_token_type", type + "id_token");
  }

  @Test
  void anAssertionIsSignedAnewForEachCallAndIsForTheEndpoint() throws Exception {
    server.answers(200, "{\"access_token\": \"t\", \"expires_in\": 1}");
    var key = file("key.pem", Keys.pem(Keys.RSA.getPrivate()));
    var signing =
        file(
            "signing.json",
            new JsonObject()
                .put("privateKeyFile", key)
                .put("algorithm", "RS256")
                .put("keyId", "k7")
                .put("subject", "sub")
                .encode());
    var config = oauth2(it -> it.put("signingFile", signing).put("clientID", "me"));
    login(config);
    login(config);
    var tokens =
        server.sent().stream().map(it -> it.form().getOrDefault("client_assertion", "")).toList();
    assertThat(tokens).hasSize(2).doesNotHaveDuplicates();
    var claims = Keys.verified(tokens.getFirst(), Keys.RSA, Signature.getInstance("SHA256withRSA"));
    assertThat(Keys.header(tokens.getFirst()).getString("kid")).isEqualTo("k7");
    assertThat(claims.getString("iss")).isEqualTo("me");
    assertThat(claims.getString("sub")).isEqualTo("sub");
    assertThat(claims.getString("aud")).isEqualTo(server.uri("/token").toString());
    assertThat(claims.getString("jti")).hasSize(32);
    assertThat(claims.getLong("exp") - claims.getLong("iat")).isEqualTo(300);
    assertThat(claims.getLong("iat")).isCloseTo(Instant.now().getEpochSecond(), within(30));
  }

  @Test
  void filesAreReadAnewWhenTheTokenIs() throws Exception {
    server.answers(200, "{\"access_token\": \"t\"}");
    var now = new long[1];
    var source = new CredentialHelpers(vertx, environment, () -> aws, () -> now[0], 5_000);
    helpers = Optional.of(source);
    var config = oauth2(it -> it.put("assertionFile", file("a", "first")));
    var logins = source.of(config, URI.create("https://r.example"));
    Await.on(vertx, logins::login);
    Await.on(vertx, logins::login);
    assertThat(server.sent()).hasSize(1);
    file("a", "second");
    now[0] = 300_000_000_000L;
    Await.on(vertx, logins::login);
    assertThat(server.sent()).hasSize(2);
    assertThat(server.last().form()).containsEntry("client_assertion", "second");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | {\"error\": \"invalid_client\", \"error_description\": \"s3cret\"} | answered 401 (invalid_client)",
        "400 | {\"error\": \"the s3cret is wrong\"}                             | answered 400",
        "500 | <html>s3cret</html>                                              | answered 500",
        "302 | s3cret                                                           | answered 302",
        "200 | {\"id\": \"s3cret\"}                                             | answered without an access_token",
        "200 | s3cret                                                           | answered without an access_token"
      })
  void whatAnEndpointSaysIsNotRepeatedBeyondTheCodeOfTheError(
      int status, String body, String message) throws Exception {
    server.answers(status, body);
    var config = oauth2(it -> it.put("assertionFile", file("a", "s3cret")));
    assertThatThrownBy(() -> login(config))
        .isInstanceOf(LoginFailure.class)
        .hasMessage(server.uri("/token") + " " + message);
  }

  @Test
  void anAnswerWithoutEndIsCut() throws Exception {
    server.answersBy(
        request -> {
          request.response().setChunked(true);
          for (int i = 0; i < 10; i++) {
            request.response().write("x".repeat(100_000));
          }
        });
    var config = oauth2(it -> it.put("assertionFile", file("a", "jwt")));
    assertThatThrownBy(() -> login(config)).hasMessageEndingWith("its answer is too long");
  }

  @Test
  void aSilentEndpointIsGivenUp() throws Exception {
    server.answersBy(_ -> {});
    var impatient = new CredentialHelpers(vertx, environment, () -> aws, System::nanoTime, 200);
    helpers = Optional.of(impatient);
    var config = oauth2(it -> it.put("assertionFile", file("a", "jwt")));
    assertThatThrownBy(
            () -> Await.on(vertx, impatient.of(config, URI.create("https://r.example"))::login))
        .isInstanceOf(LoginFailure.class)
        .hasMessage(server.uri("/token") + " gave no login: it did not answer in time");
  }

  @Test
  void anEndpointThatIsNotThereIsToldAndItsQueryIsNot() throws Exception {
    var config =
        oauth2(
            it ->
                it.put("assertionFile", file("a", "jwt"))
                    .put("tokenURL", "http://127.0.0.1:1/t?key=s3cret"));
    assertThatThrownBy(() -> login(config))
        .hasMessage("http://127.0.0.1:1/t gave no login: it can't be reached");
  }

  @Test
  void filesThatDontServeAreNamed() throws Exception {
    var missing = oauth2(it -> it.put("assertionFile", folder.resolve("no").toString()));
    assertThatThrownBy(() -> login(missing))
        .isInstanceOf(LoginFailure.class)
        .hasMessage("assertionFile: " + folder.resolve("no") + " does not exist");
    var empty = file("empty", " \n");
    assertThatThrownBy(() -> login(oauth2(it -> it.put("assertionFile", empty))))
        .hasMessage("assertionFile: " + empty + " is empty");
    var odd = file("odd.json", "{\"algorithm\": \"HS256\"}");
    assertThatThrownBy(() -> login(oauth2(it -> it.put("signingFile", odd))))
        .hasMessageStartingWith("signingFile: " + odd + " has no algorithm of RS256");
    var nameless =
        file(
            "nameless.json",
            new JsonObject()
                .put("algorithm", "RS256")
                .put("privateKeyFile", file("key.pem", Keys.pem(Keys.RSA.getPrivate())))
                .encode());
    assertThatThrownBy(() -> login(oauth2(it -> it.put("signingFile", nameless))))
        .hasMessage("signingFile: " + nameless + " has no issuer, and there is no clientID for it");
    assertThatThrownBy(() -> login(oauth2(it -> {})))
        .hasMessage(
            "oauth2CredentialHelper has neither an assertionFile nor a signingFile to show");
    assertThat(server.sent()).isEmpty();
  }

  // --- Google

  @Test
  void aServiceAccountSignsForItselfWhereItsFileSays() throws Exception {
    server.answers(200, "{\"access_token\": \"ya29\", \"expires_in\": 3599}");
    environment.put(
        "GOOGLE_APPLICATION_CREDENTIALS",
        file(
            "account.json",
            new JsonObject()
                .put("type", "service_account")
                .put("private_key_id", "id1")
                .put("private_key", Keys.pem(Keys.RSA.getPrivate()))
                .put("client_email", "puller@project.iam.gserviceaccount.com")
                .put("token_uri", server.uri("/token").toString())
                .encode()));
    assertThat(login(new CredentialHelperConfig.Gcp()))
        .isEqualTo(new Login("oauth2accesstoken", new Secret("ya29")));
    var form = server.last().form();
    assertThat(form).containsEntry("grant_type", JWT_BEARER);
    var jwt = form.getOrDefault("assertion", "");
    var claims = Keys.verified(jwt, Keys.RSA, Signature.getInstance("SHA256withRSA"));
    assertThat(Keys.header(jwt).getString("kid")).isEqualTo("id1");
    assertThat(claims.getString("iss")).isEqualTo("puller@project.iam.gserviceaccount.com");
    assertThat(claims.getString("scope"))
        .isEqualTo("https://www.googleapis.com/auth/cloud-platform");
    assertThat(claims.getString("aud")).isEqualTo(server.uri("/token").toString());
    assertThat(claims.getLong("exp") - claims.getLong("iat")).isEqualTo(3600);
  }

  @Test
  void theLoginOfGcloudIsUsedWhereNoFileIsNamed() throws Exception {
    server.answers(200, "{\"access_token\": \"ya29\"}");
    Files.createDirectories(folder.resolve(".config/gcloud"));
    file(
        ".config/gcloud/application_default_credentials.json",
        new JsonObject()
            .put("type", "authorized_user")
            .put("client_id", "c")
            .put("client_secret", "s")
            .put("refresh_token", "r")
            .put("token_uri", server.uri("/token").toString())
            .encode());
    login(new CredentialHelperConfig.Gcp());
    assertThat(server.last().form())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "grant_type", "refresh_token",
                "client_id", "c",
                "client_secret", "s",
                "refresh_token", "r"));
  }

  @Test
  void withoutAFileTheMetadataServerIsAsked() {
    server.answers(200, "{\"access_token\": \"ya29\", \"expires_in\": 3599}");
    environment.put("GCE_METADATA_HOST", server.uri("/").getAuthority());
    assertThat(login(new CredentialHelperConfig.Gcp()))
        .isEqualTo(new Login("oauth2accesstoken", new Secret("ya29")));
    assertThat(server.last().method()).isEqualTo("GET");
    assertThat(server.last().path())
        .isEqualTo("/computeMetadata/v1/instance/service-accounts/default/token");
    assertThat(server.last().headers().get("Metadata-Flavor")).isEqualTo("Google");
  }

  @Test
  void whatIsNoMetadataServerIsNotBelieved() {
    server.answersBy(request -> request.response().end("{\"access_token\": \"x\"}"));
    environment.put("GCE_METADATA_HOST", server.uri("/").getAuthority());
    assertThatThrownBy(() -> login(new CredentialHelperConfig.Gcp()))
        .isInstanceOf(LoginFailure.class)
        .hasMessageContaining("is not Google's metadata server");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3cret",
        "{\"type\": \"external_account\", \"secret\": \"s3cret\"}",
        "{\"type\": \"service_account\", \"private_key\": \"s3cret\", \"client_email\": \"a\"}",
        "{\"type\": \"service_account\", \"private_key\": \"s3cret\"}",
        "{\"type\": \"service_account\", \"client_email\": \"s3cret\"}",
        "{\"type\": \"service_account\", \"token_uri\": \"s3cret\"}",
        "{\"type\": \"authorized_user\", \"client_id\": \"s3cret\"}"
      })
  void aFileThatDoesntServeIsNamedAndNotRepeated(String content) throws Exception {
    var file = file("adc.json", content);
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", file);
    assertThatThrownBy(() -> login(new CredentialHelperConfig.Gcp()))
        .isInstanceOf(LoginFailure.class)
        .message()
        .startsWith("GOOGLE_APPLICATION_CREDENTIALS: " + file)
        .doesNotContain("s3cret");
  }

  // --- AWS

  @Test
  void ecrIsAskedWithASignatureAndItsTokenIsTheLogin() throws Exception {
    ecrAnswers("AWS:passw0rd", Instant.now().plusSeconds(43_200).getEpochSecond());
    assertThat(login(new CredentialHelperConfig.Ecr(), ECR))
        .isEqualTo(new Login("AWS", new Secret("passw0rd")));
    var sent = server.last();
    assertThat(sent.method()).isEqualTo("POST");
    assertThat(sent.body()).isEqualTo("{\"registryIds\":[\"123456789012\"]}");
    assertThat(sent.headers().get("X-Amz-Target"))
        .isEqualTo("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
    assertThat(sent.headers().get("Content-Type")).isEqualTo("application/x-amz-json-1.1");
    assertThat(sent.headers().get("X-Amz-Date")).matches("[0-9]{8}T[0-9]{6}Z");
    assertThat(sent.headers().get("Host")).isEqualTo(server.uri("/").getAuthority());
    var date = sent.headers().get("X-Amz-Date").substring(0, 8);
    assertThat(sent.headers().get("Authorization"))
        .matches(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"
                + date
                + "/eu-west-1/ecr/aws4_request,"
                + " SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*x-amz-target, Signature=[0-9a-f]{64}")
        .doesNotContain("s3cret-key");
    assertThat(sent.headers().contains("X-Amz-Security-Token")).isFalse();
  }

  @Test
  void theSignatureIsTheOneThatAwsComputes() throws Exception {
    ecrAnswers("AWS:p", 0);
    login(new CredentialHelperConfig.Ecr(), ECR);
    assertThat(server.last().headers().get("Authorization"))
        .endsWith("Signature=" + SigV4.signature(server.last(), "s3cret-key", "eu-west-1", "ecr"));
  }

  @Test
  void credentialsOfASessionShowTheirToken() throws Exception {
    aws = StaticCredentialsProvider.create(AwsSessionCredentials.create("AKID", "k", "sess10n"));
    ecrAnswers("AWS:p", 0);
    login(new CredentialHelperConfig.Ecr(), ECR);
    assertThat(server.last().headers().get("X-Amz-Security-Token")).isEqualTo("sess10n");
  }

  @Test
  void thePublicRegistryHasAServiceOfItsOwn() throws Exception {
    environment.put("AWS_ENDPOINT_URL_ECR_PUBLIC", server.uri("/").toString());
    server.answers(
        200,
        "{\"authorizationData\": {\"authorizationToken\": \"%s\", \"expiresAt\": 1.7E9}}"
            .formatted(Base64.getEncoder().encodeToString("AWS:pub:lic".getBytes(UTF_8))));
    assertThat(login(new CredentialHelperConfig.Ecr(), URI.create("https://public.ecr.aws")))
        .isEqualTo(new Login("AWS", new Secret("pub:lic")));
    assertThat(server.last().body()).isEqualTo("{}");
    assertThat(server.last().headers().get("X-Amz-Target"))
        .isEqualTo("SpencerFrontendService.GetAuthorizationToken");
    assertThat(server.last().headers().get("Authorization"))
        .contains("/us-east-1/ecr-public/aws4_request");
  }

  @ParameterizedTest
  @CsvSource({
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com,       eu-west-1,     https://api.ecr.eu-west-1.amazonaws.com/",
    "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn,   cn-north-1,    https://api.ecr.cn-north-1.amazonaws.com.cn/",
    "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com, us-gov-west-1, https://ecr-fips.us-gov-west-1.amazonaws.com/",
    "123456789012.dkr-ecr.us-east-2.on.aws,              us-east-2,     https://api.ecr.us-east-2.amazonaws.com/",
    "public.ecr.aws,                                     us-east-1,     https://api.ecr-public.us-east-1.amazonaws.com/"
  })
  void theHostSaysRegionAndService(String host, String region, String endpoint) {
    var registry = EcrRegistry.of(host).orElseThrow();
    assertThat(registry.region()).isEqualTo(region);
    assertThat(registry.endpoint()).hasToString(endpoint);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ghcr.io",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example",
        "12345.dkr.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr.ecr.evil.example/x.amazonaws.com"
      })
  void otherHostsAreNoneOfAws(String host) {
    assertThat(EcrRegistry.of(host)).isEmpty();
  }

  @Test
  void aHostOfOthersIsToldAndNobodyIsAsked() {
    assertThatThrownBy(() -> login(new CredentialHelperConfig.Ecr(), URI.create("https://ghcr.io")))
        .isInstanceOf(LoginFailure.class)
        .hasMessageStartingWith("ghcr.io is no registry of AWS");
  }

  @Test
  void missingCredentialsAreTold() {
    aws =
        () -> {
          throw SdkClientException.create("s3cret");
        };
    assertThatThrownBy(() -> login(new CredentialHelperConfig.Ecr(), ECR))
        .isInstanceOf(LoginFailure.class)
        .message()
        .startsWith("there are no AWS credentials")
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | {\"__type\": \"com.amazon#AccessDeniedException\", \"message\": \"s3cret\"} | answered 400 (AccessDeniedException)",
        "400 | {\"__type\": \"s3cret is wrong\"}                                         | answered 400",
        "200 | {\"authorizationData\": []}                                               | answered without a usable authorizationToken",
        "200 | {\"authorizationData\": [{\"authorizationToken\": \"s3cret!\"}]}          | answered without a usable authorizationToken",
        "200 | s3cret                                                                    | answered without a usable authorizationToken"
      })
  void whatAwsSaysIsNotRepeatedBeyondTheKindOfTheError(int status, String body, String message) {
    environment.put("AWS_ENDPOINT_URL_ECR", server.uri("/").toString());
    server.answers(status, body);
    assertThatThrownBy(() -> login(new CredentialHelperConfig.Ecr(), ECR))
        .isInstanceOf(LoginFailure.class)
        .hasMessage(server.uri("/") + " " + message);
  }

  private void ecrAnswers(String login, long expiresAt) throws Exception {
    environment.put("AWS_ENDPOINT_URL_ECR", server.uri("/").toString());
    server.answers(
        200,
        "{\"authorizationData\": [{\"authorizationToken\": \"%s\", \"expiresAt\": %d.123}]}"
            .formatted(Base64.getEncoder().encodeToString(login.getBytes(UTF_8)), expiresAt));
  }

  private Login login(CredentialHelperConfig config) {
    return login(config, URI.create("https://r.example"));
  }

  private Login login(CredentialHelperConfig config, URI upstream) {
    var source =
        helpers.orElseGet(
            () -> new CredentialHelpers(vertx, environment, () -> aws, System::nanoTime, 5_000));
    helpers = Optional.of(source);
    return Await.on(vertx, source.of(config, upstream)::login).orElseThrow();
  }

  private static org.assertj.core.data.Offset<Long> within(long seconds) {
    return org.assertj.core.data.Offset.offset(seconds);
  }

  private String file(String name, String content) throws java.io.IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  private interface Settings {
    void put(JsonObject settings) throws Exception;
  }

  private OAuth2 oauth2(Settings settings) throws Exception {
    var json = new JsonObject().put("tokenURL", server.uri("/token").toString());
    settings.put(json);
    return new OAuth2(
        URI.create(json.getString("tokenURL")),
        text(json, "assertionFile").map(Path::of),
        text(json, "signingFile").map(Path::of),
        text(json, "grantType"),
        text(json, "clientID"),
        text(json, "clientSecretFile").map(Path::of),
        json.getJsonArray("scopes", new io.vertx.core.json.JsonArray()).stream()
            .map(Object::toString)
            .toList(),
        text(json, "username"),
        text(json, "audience"),
        text(json, "subjectTokenType"),
        text(json, "requestedTokenType"));
  }

  private static Optional<String> text(JsonObject json, String key) {
    return Optional.ofNullable(json.getString(key));
  }
}
