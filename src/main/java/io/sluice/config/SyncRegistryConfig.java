package io.sluice.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One entry of {@code extensions.sync.registries}: an upstream and its mirrors.
 *
 * @param urls the first is the upstream, the others are its mirrors. Only scheme, host and port
 *     count; https where no scheme is given
 * @param onDemand fetch what is asked for and not here; default false
 * @param pollInterval fetch all of content at this interval; empty for never
 * @param content which repositories; none means all, but only on demand
 * @param tlsVerify default true; http URLs need none
 * @param certDir {@code *.crt} of authorities, {@code *.cert} and {@code *.key} of ours
 * @param maxRetries empty for the client's default
 * @param retryDelay the first pause between tries, {@code maxRetryDelay} the longest
 * @param onlySigned leave out what has no signature; default false
 * @param syncLegacyCosignTags take tags {@code sha256-….sig} as well; default true
 * @param preserveDigest keep Docker's manifests as they are. We never convert a manifest, so it
 *     changes nothing; it needs {@code http.compat} as in Zot
 * @param syncTimeout for one image; default 3 h
 * @param responseHeaderTimeout default 30 s
 * @param manifestCheckInterval how long a tag is served without asking upstream again; empty for
 *     the general {@code sluice.sync.ttl}
 * @param reqConcurrent downloads at once; default 8, not 3 as in Zot, since a client waits for each
 * @param reqPerSec requests per second and host; 0 for any number
 * @param disableHttp2 default false
 * @param maxIdleConnsPerHost default 2
 * @param credentialHelper where passwords come from that change all the time
 */
public record SyncRegistryConfig(
    List<URI> urls,
    boolean onDemand,
    Optional<Duration> pollInterval,
    List<Content> content,
    boolean tlsVerify,
    Optional<Path> certDir,
    Optional<Integer> maxRetries,
    Optional<Duration> retryDelay,
    Optional<Duration> maxRetryDelay,
    boolean onlySigned,
    boolean syncLegacyCosignTags,
    boolean preserveDigest,
    Duration syncTimeout,
    Duration responseHeaderTimeout,
    Optional<Duration> manifestCheckInterval,
    int reqConcurrent,
    int reqPerSec,
    boolean disableHttp2,
    int maxIdleConnsPerHost,
    Optional<CredentialHelperConfig> credentialHelper) {

  private static final Duration MIN_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration MAX_TIMEOUT = Duration.ofDays(30);

  /**
   * Which repositories of the upstream, and where they are here.
   *
   * @param prefix a glob on the upstream's names, without slashes at its ends
   * @param destination the namespace here, without slashes at its ends; empty for none
   * @param stripPrefix leave the literal part of the prefix out of the name here
   * @param tags only for {@code pollInterval}, never on demand; empty for all
   */
  public record Content(
      Glob prefix, String destination, boolean stripPrefix, Optional<TagFilter> tags) {}

  /** Tags that match the one, don't match the other, and are semantic versions if so asked. */
  public record TagFilter(Optional<Regex> regex, Optional<Regex> excludeRegex, boolean semver) {}

  static SyncRegistryConfig read(Section registry) {
    var urls = registry.list("urls", SyncRegistryConfig::url, Weakly.URL_EXPECTED);
    if (registry.strings("urls").isEmpty()) {
      registry.problem("urls", "", "are missing", "at least one URL");
    }
    warnOfPaths(registry);
    var pollInterval = registry.durationOrOff("pollInterval");
    var content =
        registry.sections("content").stream().map(SyncRegistryConfig::readContent).toList();
    if (pollInterval.isPresent() && content.isEmpty()) {
      registry.problem(
          "content",
          "",
          "is missing, but polling needs to know what to fetch",
          "a list of prefixes");
    }
    var maxRetries = registry.integer("maxRetries", 0, Integer.MAX_VALUE);
    var retryDelay = registry.durationOrOff("retryDelay");
    var maxRetryDelay = registry.durationOrOff("maxRetryDelay");
    checkRetries(registry, maxRetries, retryDelay, maxRetryDelay);
    return new SyncRegistryConfig(
        urls,
        registry.flag("onDemand", false),
        pollInterval,
        content,
        registry.flag("tlsVerify", true),
        registry.path("certDir"),
        maxRetries,
        retryDelay,
        maxRetryDelay.or(() -> retryDelay),
        registry.flag("onlySigned", false),
        registry.flag("syncLegacyCosignTags", true),
        registry.flag("preserveDigest", false),
        registry.duration("syncTimeout", Duration.ofHours(3), MIN_TIMEOUT, MAX_TIMEOUT),
        registry.duration(
            "responseHeaderTimeout", Duration.ofSeconds(30), MIN_TIMEOUT, MAX_TIMEOUT),
        registry.durationOrOff("manifestCheckInterval"),
        registry.integer("reqConcurrent", 8, 1, 1_000),
        registry.integer("reqPerSec", 0, 0, Integer.MAX_VALUE),
        registry.flag("disableHTTP2", false),
        registry.integer("maxIdleConnsPerHost", 2, 0, 1_000),
        CredentialHelperConfig.read(registry));
  }

  private static void checkRetries(
      Section registry,
      Optional<Integer> maxRetries,
      Optional<Duration> retryDelay,
      Optional<Duration> maxRetryDelay) {
    if (maxRetries.isPresent() && retryDelay.isEmpty()) {
      registry.problem("retryDelay", "is missing, but maxRetries needs it", GoDuration.EXPECTED);
    }
    if (retryDelay.isPresent()
        && maxRetryDelay.filter(max -> max.compareTo(retryDelay.get()) < 0).isPresent()) {
      registry.problem(
          "maxRetryDelay",
          "is shorter than retryDelay",
          "at least " + GoDuration.format(retryDelay.get()));
    }
  }

  private static Content readContent(Section content) {
    var written = content.string("prefix").orElse("");
    var prefix = content.parsed("prefix", text -> Glob.compile(trimmed(text)), Glob.EXPECTED);
    content.required(prefix, "prefix", Glob.compile(""), Glob.EXPECTED);
    var destination = content.string("destination").orElse("");
    boolean stripPrefix = content.flag("stripPrefix", false);
    if (stripPrefix && destination.equals("/") && !written.contains("/*")) {
      content.problem(
          "destination",
          "leaves nothing of the name",
          "a destination, or a prefix with /*, or no stripPrefix");
    }
    return new Content(
        prefix.orElseGet(() -> Glob.compile("")),
        trimmed(destination),
        stripPrefix,
        content.section("tags").map(SyncRegistryConfig::readTags));
  }

  private static TagFilter readTags(Section tags) {
    return new TagFilter(
        tags.regex("regex"), tags.regex("excludeRegex"), tags.flag("semver", false));
  }

  /** Only scheme, host and port: the rest has no effect in Zot either, and may hold a password. */
  private static URI url(String text) {
    var url = Weakly.httpUrl(text.contains("://") ? text : "https://" + text);
    var port = url.getPort() < 0 ? "" : ":" + url.getPort();
    return URI.create(url.getScheme().toLowerCase(Locale.ROOT) + "://" + url.getHost() + port);
  }

  private static void warnOfPaths(Section registry) {
    var withPath = Pattern.compile("[^/]+/.+");
    if (registry.strings("urls").stream()
        .anyMatch(url -> withPath.matcher(url.replaceFirst("^[A-Za-z]+://", "")).matches())) {
      registry.warn("urls", "only scheme, host and port have an effect, not the path");
    }
  }

  private static String trimmed(String text) {
    return text.replaceAll("^/+|/+$", "");
  }
}
