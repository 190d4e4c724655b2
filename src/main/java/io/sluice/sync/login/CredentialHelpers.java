package io.sluice.sync.login;

import io.sluice.config.CredentialHelperConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Logins from services that give them for a while: {@code credentialHelper}. One for all upstreams;
 * to be closed. Its sources are confined to the context that asks them.
 *
 * <p>A login is remembered, and fetched anew in the last tenth of its time; what it is fetched with
 * (files, the environment's credentials) is read each time, since it changes as well.
 */
public final class CredentialHelpers {
  private static final long TIMEOUT_MILLIS = 30_000;

  private final Vertx vertx;
  private final TokenCalls calls;
  private final TokenCalls awsCalls;
  private final AwsChain aws;
  private final Map<String, String> environment;
  private final LongSupplier nanoTime;

  /** Made when it is first needed: most have no registry of AWS, and need not load the SDK. */
  private static final class AwsChain implements Supplier<AwsCredentialsProvider> {
    private final Supplier<AwsCredentialsProvider> maker;
    private @Nullable AwsCredentialsProvider made;

    AwsChain(Supplier<AwsCredentialsProvider> maker) {
      this.maker = maker;
    }

    @Override
    public synchronized AwsCredentialsProvider get() {
      var known = made;
      if (known == null) {
        known = maker.get();
        made = known;
      }
      return known;
    }

    synchronized void close() {
      if (made instanceof SdkAutoCloseable closeable) {
        closeable.close();
      }
    }
  }

  /** With what the process's environment says. */
  public static CredentialHelpers create(Vertx vertx) {
    return new CredentialHelpers(
        vertx,
        System.getenv(),
        () -> DefaultCredentialsProvider.builder().build(),
        System::nanoTime,
        TIMEOUT_MILLIS);
  }

  CredentialHelpers(
      Vertx vertx,
      Map<String, String> environment,
      Supplier<AwsCredentialsProvider> aws,
      LongSupplier nanoTime,
      long timeoutMillis) {
    this.vertx = vertx;
    this.environment = environment;
    this.aws = new AwsChain(aws);
    this.nanoTime = nanoTime;
    this.calls = new TokenCalls(vertx, Optional.empty(), timeoutMillis);
    this.awsCalls = new TokenCalls(vertx, trustForAws(environment), timeoutMillis);
  }

  /** The logins for one upstream, of which the URL is given. */
  public LoginSource of(CredentialHelperConfig config, URI upstream) {
    Supplier<Future<Remembered.Fetched>> service =
        switch (config) {
          case CredentialHelperConfig.Ecr _ -> ecr(upstream);
          case CredentialHelperConfig.Gcp _ -> new GcpLogins(vertx, calls, environment)::fetch;
          case CredentialHelperConfig.OAuth2 oauth2 ->
              new OAuth2Logins(vertx, calls, oauth2)::fetch;
        };
    return new Remembered(service, nanoTime);
  }

  /** Ends its connections. */
  public Future<Void> close() {
    aws.close();
    return calls.close().eventually(awsCalls::close);
  }

  private Supplier<Future<Remembered.Fetched>> ecr(URI upstream) {
    var known = EcrRegistry.of(upstream.getHost());
    if (known.isEmpty()) {
      var failure =
          new LoginFailure(
              upstream.getHost()
                  + " is no registry of AWS, as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com");
      return () -> Future.failedFuture(failure);
    }
    var registry = known.get();
    return new EcrLogins(
            vertx,
            awsCalls,
            aws,
            awsEndpoint(registry.service()).map(registry::at).orElse(registry))
        ::fetch;
  }

  /** As the tools of AWS have it: {@code AWS_ENDPOINT_URL_ECR}. */
  private Optional<URI> awsEndpoint(String service) {
    var variable =
        "AWS_ENDPOINT_URL_" + service.replace('-', '_').toUpperCase(java.util.Locale.ROOT);
    return Optional.ofNullable(environment.get(variable))
        .filter(it -> !it.isBlank())
        .map(URI::create);
  }

  /** The tools of AWS trust the authorities of this file instead of the system's. */
  private static Optional<TrustOptions> trustForAws(Map<String, String> environment) {
    return Optional.ofNullable(environment.get("AWS_CA_BUNDLE"))
        .filter(file -> !file.isBlank())
        .map(file -> new PemTrustOptions().addCertPath(file));
  }
}
