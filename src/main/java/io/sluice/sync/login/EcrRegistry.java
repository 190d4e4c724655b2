package io.sluice.sync.login;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the host of one of AWS's registries says: whose it is, and which service gives its logins.
 *
 * @param account empty for the public one
 * @param service as requests are signed for it
 * @param target the call, in the words of the service
 */
record EcrRegistry(String account, String region, String service, String target, URI endpoint) {
  private static final Pattern PRIVATE =
      Pattern.compile(
          "([0-9]{12})\\.dkr[.-]ecr(-fips)?\\.([a-z0-9-]+)\\."
              + "(amazonaws\\.com|amazonaws\\.com\\.cn|on\\.aws|on\\.amazonwebservices\\.com\\.cn)");

  private static final String PUBLIC_HOST = "public.ecr.aws";

  /** Empty where the host is none of AWS's. */
  static Optional<EcrRegistry> of(String host) {
    var lower = host.toLowerCase(Locale.ROOT);
    if (lower.equals(PUBLIC_HOST)) {
      return Optional.of(
          new EcrRegistry(
              "",
              "us-east-1",
              "ecr-public",
              "SpencerFrontendService.GetAuthorizationToken",
              URI.create("https://api.ecr-public.us-east-1.amazonaws.com/")));
    }
    var parts = PRIVATE.matcher(lower);
    if (!parts.matches()) {
      return Optional.empty();
    }
    var region = parts.group(3);
    var fips = parts.group(2) != null;
    var suffix = parts.group(4).endsWith(".cn") ? "amazonaws.com.cn" : "amazonaws.com";
    return Optional.of(
        new EcrRegistry(
            parts.group(1),
            region,
            "ecr",
            "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
            URI.create(
                "https://" + (fips ? "ecr-fips." : "api.ecr.") + region + "." + suffix + "/")));
  }

  EcrRegistry at(URI other) {
    return new EcrRegistry(account, region, service, target, other);
  }
}
