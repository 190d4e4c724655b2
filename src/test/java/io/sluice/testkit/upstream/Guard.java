package io.sluice.testkit.upstream;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** Who is let in. */
sealed interface Guard {

  /** Empty to let a request in; else what to answer in {@code WWW-Authenticate}. */
  Optional<String> challenge(HttpServerRequest request, String scope);

  record Open() implements Guard {
    @Override
    public Optional<String> challenge(HttpServerRequest request, String scope) {
      return Optional.empty();
    }
  }

  record Basic(String name, String password) implements Guard {
    @Override
    public Optional<String> challenge(HttpServerRequest request, String scope) {
      return TokenIssuer.basic(name, password).equals(request.getHeader("Authorization"))
          ? Optional.empty()
          : Optional.of("Basic realm=\"here, \\\"there\\\"\"");
    }
  }

  record Tokens(TokenIssuer issuer, String realm) implements Guard {
    @Override
    public Optional<String> challenge(HttpServerRequest request, String scope) {
      return issuer.accepts(Optional.ofNullable(request.getHeader("Authorization")), scope)
          ? Optional.empty()
          : Optional.of(
              "Negotiate, Bearer realm=\"%s\",service=\"%s\",scope=\"repository:other:push\""
                  .formatted(realm, issuer.service()));
    }
  }
}
