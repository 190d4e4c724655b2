package io.sluice.sync.login;

/**
 * Why there is no login where there should be one: a sentence for people, without a secret. An
 * answer, not a defect: it has no stack trace.
 */
public final class LoginFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  LoginFailure(String reason) {
    super(reason, null, false, false);
  }
}
