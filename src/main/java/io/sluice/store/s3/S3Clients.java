package io.sluice.store.s3;

import static software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR;
import static software.amazon.awssdk.core.client.config.SdkAdvancedClientOption.USER_AGENT_SUFFIX;
import static software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sluice.config.S3DriverConfig;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientAsyncConfiguration;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.TlsTrustManagersProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.auth.spi.scheme.AuthSchemeOption;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeParams;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeProvider;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.utils.AttributeMap;

/** The SDK's clients for one bucket, set up as the configuration says. */
final class S3Clients {

  /*
   * Two clients, so that pulls whose clients stand still, each with a connection, can't keep pushes from theirs.
   */
  private static final int CALL_CONNECTIONS = 256;
  private static final int READ_CONNECTIONS = 4096;

  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** For idleness on the wire, never for the whole of a call: S3Calls has the deadlines. */
  private static final Duration IDLE = Duration.ofSeconds(20);

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

  /** Whose bodies go by a checksum of ours, and would be hashed a second time for the signature. */
  private static final Set<String> DATA = Set.of("PutObject", "UploadPart");

  private final S3DriverConfig config;
  private final Credentials credentials;
  private final SdkEventLoopGroup loops;
  private final Optional<TlsTrustManagersProvider> trust;
  private final SdkAsyncHttpClient callConnections;
  private final SdkAsyncHttpClient readConnections;
  private final S3AsyncClient calls;
  private final S3AsyncClient reads;
  private final S3Presigner presigner;

  S3Clients(Vertx vertx, S3DriverConfig config) {
    this.config = config;
    this.credentials = new Credentials(vertx, config);
    this.loops = loops();
    boolean plain = endpoint(config).filter(it -> "http".equals(it.getScheme())).isPresent();
    this.trust = plain || config.skipVerify() ? Optional.empty() : CaBundle.fromEnvironment();
    this.callConnections = connections(CALL_CONNECTIONS);
    this.readConnections = connections(READ_CONNECTIONS);
    this.calls = client(callConnections);
    this.reads = client(readConnections);
    this.presigner = presignerOf();
  }

  /** For everything but reads. */
  S3AsyncClient calls() {
    return calls;
  }

  /** For reads, which last as long as whoever reads likes. */
  S3AsyncClient reads() {
    return reads;
  }

  S3Presigner presigner() {
    return presigner;
  }

  /** Has to be ready before any of the others is used. */
  Credentials credentials() {
    return credentials;
  }

  /** Blocks for a moment. */
  void close() {
    presigner.close();
    calls.close();
    reads.close();
    callConnections.close();
    readConnections.close();
    loops.eventLoopGroup().shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2000);
    credentials.close();
  }

  /**
   * Event loops for both clients: the SDK knows those of Netty by their classes only, and so
   * doesn't take Vert.x'.
   */
  @SuppressWarnings("deprecation")
  private static SdkEventLoopGroup loops() {
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    var named = new DefaultThreadFactory("sluice-s3", true);
    return Epoll.isAvailable()
        ? SdkEventLoopGroup.create(new EpollEventLoopGroup(threads, named), EpollSocketChannel::new)
        : SdkEventLoopGroup.create(new NioEventLoopGroup(threads, named), NioSocketChannel::new);
  }

  /** Where the store is, if it isn't AWS. */
  static Optional<URI> endpoint(S3DriverConfig config) {
    return config
        .regionEndpoint()
        .map(
            text ->
                text.toLowerCase(Locale.ROOT).matches("https?://.*")
                    ? text
                    : (config.secure() ? "https://" : "http://") + text)
        .map(URI::create);
  }

  private SdkAsyncHttpClient connections(int most) {
    var builder =
        NettyNioAsyncHttpClient.builder()
            .eventLoopGroup(loops)
            .maxConcurrency(most)
            .maxPendingConnectionAcquires(most)
            .connectionTimeout(CONNECT)
            .connectionAcquisitionTimeout(IDLE)
            .readTimeout(IDLE)
            .writeTimeout(IDLE)
            .connectionMaxIdleTime(KEEP_ALIVE)
            .tcpKeepAlive(true);
    trust.ifPresent(builder::tlsTrustManagersProvider);
    return builder.buildWithDefaults(
        AttributeMap.builder()
            .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, config.skipVerify())
            .build());
  }

  private S3AsyncClient client(SdkAsyncHttpClient connections) {
    var builder =
        S3AsyncClient.builder()
            .httpClient(connections)
            .credentialsProvider(credentials)
            .region(Region.of(config.region()))
            .forcePathStyle(config.forcePathStyle())
            .dualstackEnabled(config.useDualStack())
            .fipsEnabled(config.useFipsEndpoint())
            .accelerate(config.accelerate())
            .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .authSchemeProvider(new UnsignedPayloads())
            // Whoever waits goes to a context of its own, so no executor is needed in between.
            .asyncConfiguration(
                ClientAsyncConfiguration.builder()
                    .advancedOption(FUTURE_COMPLETION_EXECUTOR, Runnable::run)
                    .build())
            .overrideConfiguration(
                override -> {
                  override.retryStrategy(AwsRetryStrategy.doNotRetry());
                  config
                      .userAgent()
                      .ifPresent(it -> override.putAdvancedOption(USER_AGENT_SUFFIX, it));
                });
    endpoint(config).ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private S3Presigner presignerOf() {
    var builder =
        S3Presigner.builder()
            .credentialsProvider(credentials)
            .region(Region.of(config.region()))
            .dualstackEnabled(config.useDualStack())
            .fipsEnabled(config.useFipsEndpoint())
            .serviceConfiguration(
                S3Configuration.builder()
                    .pathStyleAccessEnabled(config.forcePathStyle())
                    .accelerateModeEnabled(config.accelerate())
                    .build());
    endpoint(config).ifPresent(builder::endpointOverride);
    return builder.build();
  }

  /**
   * Signs all but the payload of what carries data: over plain HTTP the SDK would else hash every
   * part once more (a third of the CPU time of an upload), where the part's checksum says the same.
   */
  private static final class UnsignedPayloads implements S3AuthSchemeProvider {
    private final S3AuthSchemeProvider standard = S3AuthSchemeProvider.defaultProvider();

    @Override
    public List<AuthSchemeOption> resolveAuthScheme(S3AuthSchemeParams params) {
      var options = standard.resolveAuthScheme(params);
      return DATA.contains(params.operation())
          ? options.stream()
              .map(it -> it.toBuilder().putSignerProperty(PAYLOAD_SIGNING_ENABLED, false).build())
              .toList()
          : options;
    }
  }
}
