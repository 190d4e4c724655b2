package io.sluice.sync.login;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.config.Secret;
import io.sluice.sync.login.Remembered.Fetched;
import io.sluice.sync.login.TokenCalls.Answer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/**
 * Logins of AWS's registries: {@code GetAuthorizationToken}, a single call of JSON, signed with the
 * credentials that the SDK's chain finds.
 */
final class EcrLogins {
  private static final Duration USUAL_LIFETIME = Duration.ofHours(12);

  private final Vertx vertx;
  private final TokenCalls calls;
  private final Supplier<AwsCredentialsProvider> credentials;
  private final EcrRegistry registry;

  /**
   * @param credentials asked on workers only
   */
  EcrLogins(
      Vertx vertx,
      TokenCalls calls,
      Supplier<AwsCredentialsProvider> credentials,
      EcrRegistry registry) {
    this.vertx = vertx;
    this.calls = calls;
    this.credentials = credentials;
    this.registry = registry;
  }

  Future<Fetched> fetch() {
    var body = new JsonObject();
    if (!registry.account().isEmpty()) {
      body.put("registryIds", new JsonArray().add(registry.account()));
    }
    var text = body.encode();
    // The chain reads files and asks servers, and waits for them.
    return vertx
        .executeBlocking(() -> signed(text), false)
        .compose(headers -> calls.post(registry.endpoint(), headers, text))
        .map(this::read);
  }

  private Map<String, String> signed(String body) {
    try {
      var request =
          SdkHttpRequest.builder()
              .method(SdkHttpMethod.POST)
              .uri(registry.endpoint())
              .putHeader("Content-Type", "application/x-amz-json-1.1")
              .putHeader("X-Amz-Target", registry.target())
              .build();
      var identity = credentials.get().resolveCredentials();
      var signed =
          AwsV4HttpSigner.create()
              .sign(
                  it ->
                      it.identity(identity)
                          .request(request)
                          .payload(ContentStreamProvider.fromUtf8String(body))
                          .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, registry.service())
                          .putProperty(AwsV4HttpSigner.REGION_NAME, registry.region()));
      var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
      signed.request().forEachHeader((name, values) -> headers.put(name, values.getFirst()));
      return headers;
    } catch (SdkException e) {
      throw new LoginFailure(
          "there are no AWS credentials: none in the environment, a profile, the container or the"
              + " instance");
    }
  }

  private Fetched read(Answer answer) {
    var json = TokenReply.json(answer.body().getBytes());
    if (answer.status() != 200) {
      throw new LoginFailure(
          TokenCalls.shown(registry.endpoint()) + " answered " + answer.status() + error(json));
    }
    var data = json.path("authorizationData");
    var first = data.isArray() ? data.path(0) : data;
    String login;
    try {
      login =
          new String(
              Base64.getDecoder().decode(first.path("authorizationToken").asText()),
              StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      login = "";
    }
    int colon = login.indexOf(':');
    if (colon <= 0 || colon == login.length() - 1) {
      throw new LoginFailure(
          TokenCalls.shown(registry.endpoint()) + " answered without a usable authorizationToken");
    }
    return new Fetched(
        new Login(login.substring(0, colon), new Secret(login.substring(colon + 1))),
        lifetime(first.path("expiresAt")));
  }

  private static Duration lifetime(JsonNode expiresAt) {
    if (!expiresAt.isNumber()) {
      return USUAL_LIFETIME;
    }
    var left = Duration.between(Instant.now(), Instant.ofEpochSecond(expiresAt.asLong()));
    return left.isNegative() || left.compareTo(USUAL_LIFETIME) > 0 ? USUAL_LIFETIME : left;
  }

  /** The kind of the error, as in {@code AccessDeniedException}; never its message. */
  private static String error(JsonNode json) {
    var type = json.path("__type").asText();
    var plain = type.substring(type.lastIndexOf('#') + 1);
    return plain.matches("[A-Za-z]{1,60}") ? " (" + plain + ")" : "";
  }
}
