package io.sluice.store.s3;

import static software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.scheme.AuthScheme;
import software.amazon.awssdk.http.auth.spi.scheme.AuthSchemeOption;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeParams;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeProvider;

/**
 * Signs all but the payload of what carries data, which goes by a checksum of ours ({@code
 * UNSIGNED-PAYLOAD}, AWS Signature Version 4). Thread safe.
 *
 * <p>Over plain HTTP the SDK hashes every payload for the signature, on the calling thread and with
 * a copy of it on the heap, whatever it was told; a third of the CPU time of a large push. So its
 * signer is shown a request by HTTPS: what it signs is the same for both.
 */
final class UnsignedPayloads implements S3AuthSchemeProvider, AuthScheme<AwsCredentialsIdentity> {
  private static final Set<String> DATA = Set.of("PutObject", "UploadPart");

  private final S3AuthSchemeProvider standard = S3AuthSchemeProvider.defaultProvider();
  private final Signer signer = new Signer();

  @Override
  public List<AuthSchemeOption> resolveAuthScheme(S3AuthSchemeParams params) {
    var options = standard.resolveAuthScheme(params);
    return DATA.contains(params.operation())
        ? options.stream()
            .map(it -> it.toBuilder().putSignerProperty(PAYLOAD_SIGNING_ENABLED, false).build())
            .toList()
        : options;
  }

  @Override
  public String schemeId() {
    return AwsV4AuthScheme.SCHEME_ID;
  }

  @Override
  public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
    return providers.identityProvider(AwsCredentialsIdentity.class);
  }

  @Override
  public HttpSigner<AwsCredentialsIdentity> signer() {
    return signer;
  }

  private static final class Signer implements HttpSigner<AwsCredentialsIdentity> {
    private final AwsV4HttpSigner standard = AwsV4HttpSigner.create();

    @Override
    public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
      return standard.sign(request);
    }

    @Override
    public CompletableFuture<AsyncSignedRequest> signAsync(
        AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
      var http = request.request();
      boolean plain = http.protocol().equals("http");
      if (!plain || !Boolean.FALSE.equals(request.property(PAYLOAD_SIGNING_ENABLED))) {
        return standard.signAsync(request);
      }
      var shown = request.copy(it -> it.request(http.copy(change -> change.protocol("https"))));
      return standard
          .signAsync(shown)
          .thenApply(
              signed ->
                  signed.copy(
                      it -> it.request(signed.request().copy(change -> change.protocol("http")))));
    }
  }
}
