package io.sluice.api;

import io.sluice.oci.Digest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each change and each refusal ({@code log.audit}): who, what, from where, with which
 * outcome; in the words of Zot's audit log as far as it has them. Uploads that become no blob, and
 * a client's first question whether it has to log in, are neither.
 */
final class AuditLog {
  private static final Logger LOG = LoggerFactory.getLogger("io.sluice.audit");

  private AuditLog() {}

  /** After the answer. */
  static void note(Exchange exchange) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    int status = exchange.response().getStatusCode();
    var method = exchange.method().name();
    boolean changed = status == 201 || method.equals("DELETE") && (status == 200 || status == 202);
    boolean refused =
        status == 403 || status == 429 || status == 401 && !exchange.isFirstQuestion();
    if (!changed && !refused) {
      return;
    }
    LOG.atInfo()
        .addKeyValue("clientIP", exchange.clientAddress())
        .addKeyValue("subject", exchange.subject())
        .addKeyValue("action", method)
        .addKeyValue("object", ShownTarget.of(exchange.request().uri()))
        .addKeyValue("status", status)
        .addKeyValue("outcome", changed ? "changed" : "refused")
        .addKeyValue("digest", exchange.digest().map(Digest::toString).orElse(""))
        .addKeyValue("reason", exchange.refusal().orElse(""))
        .addKeyValue("userAgent", exchange.userAgent())
        .addKeyValue("requestId", exchange.requestId())
        .log("HTTP API Audit");
  }
}
