package io.sluice.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The section {@code sluice}: what Zot's configuration has no keys for. */
public record OwnConfig(
    Http http,
    Auth auth,
    Uploads uploads,
    Tags tags,
    Shutdown shutdown,
    Events events,
    Cache cache,
    S3 s3,
    Sync sync,
    Gc gc,
    Retention retention,
    Scrub scrub) {

  private static final Duration NONE = Duration.ZERO;
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration YEAR = Duration.ofDays(365);

  /**
   * {@code sluice.http}.
   *
   * @param headerTimeout for a request's header to arrive; 10 s
   * @param keepAliveTimeout how long a connection may rest between requests; 120 s
   * @param maxConnections more than so many at once are closed as they come; 4096
   * @param maxConnectionsPerAddress of them, from one address; trusted proxies may have all; 1024
   * @param maxHeaderSize of a request; 32 KiB
   * @param maxManifestSize larger ones are refused with 413; 4 MiB
   * @param absoluteUrls whether a {@code Location} has scheme and host; false
   * @param trustedProxies whose {@code X-Forwarded-*} is believed; none
   */
  public record Http(
      Duration headerTimeout,
      Duration keepAliveTimeout,
      int maxConnections,
      int maxConnectionsPerAddress,
      DataSize maxHeaderSize,
      DataSize maxManifestSize,
      boolean absoluteUrls,
      List<Cidr> trustedProxies) {

    static Http defaults() {
      return new Http(
          Duration.ofSeconds(10),
          Duration.ofSeconds(120),
          4096,
          1024,
          DataSize.ofKiB(32),
          DataSize.ofMiB(4),
          false,
          List.of());
    }

    static Http read(Section http) {
      var d = defaults();
      return new Http(
          http.duration("headerTimeout", d.headerTimeout, MILLISECOND, HOUR),
          http.duration("keepAliveTimeout", d.keepAliveTimeout, MILLISECOND, DAY),
          http.integer("maxConnections", d.maxConnections, 1, 1_000_000),
          http.integer("maxConnectionsPerAddress", d.maxConnectionsPerAddress, 1, 1_000_000),
          http.size("maxHeaderSize", d.maxHeaderSize, DataSize.ofKiB(1), DataSize.ofMiB(1)),
          http.size("maxManifestSize", d.maxManifestSize, DataSize.ofKiB(64), DataSize.ofMiB(64)),
          http.flag("absoluteUrls", d.absoluteUrls),
          http.list("trustedProxies", Cidr::parse, Cidr.EXPECTED));
    }
  }

  /**
   * {@code sluice.auth}.
   *
   * @param rememberFor a password that was right is not hashed again for so long; 5 m, 0 to hash
   *     every time
   * @param failures so many wrong passwords in a row are answered at once, for each address and for
   *     each user; 20
   * @param failureInterval one more is, after so long each; 2 s
   * @param maxWaiting passwords that wait to be hashed; more are answered with 429; 128
   */
  public record Auth(Duration rememberFor, int failures, Duration failureInterval, int maxWaiting) {

    static Auth defaults() {
      return new Auth(Duration.ofMinutes(5), 20, Duration.ofSeconds(2), 128);
    }

    static Auth read(Section auth) {
      var d = defaults();
      return new Auth(
          auth.duration("rememberFor", d.rememberFor, NONE, DAY),
          auth.integer("failures", d.failures, 1, 1_000_000),
          auth.duration("failureInterval", d.failureInterval, MILLISECOND, DAY),
          auth.integer("maxWaiting", d.maxWaiting, 1, 100_000));
    }
  }

  /**
   * {@code sluice.uploads}.
   *
   * @param memory for the parts of all uploads together; empty ({@code auto}) for a quarter of what
   *     the process may use
   * @param window parts in flight for one upload, 1 to 16; 3
   * @param parkAfter an upload without traffic for so long gives its memory back; 10 s
   * @param expireAfter an upload without traffic for so long is dropped; 24 h
   * @param maxBlobSize larger blobs are refused with 413; empty for no limit
   */
  public record Uploads(
      Optional<DataSize> memory,
      int window,
      Duration parkAfter,
      Duration expireAfter,
      Optional<DataSize> maxBlobSize) {

    static Uploads defaults() {
      return new Uploads(
          Optional.empty(), 3, Duration.ofSeconds(10), Duration.ofHours(24), Optional.empty());
    }

    static Uploads read(Section uploads) {
      var d = defaults();
      return new Uploads(
          sizeOrAuto(uploads, "memory", DataSize.ofMiB(8)),
          uploads.integer("window", d.window, 1, 16),
          uploads.duration("parkAfter", d.parkAfter, MILLISECOND, DAY),
          uploads.duration("expireAfter", d.expireAfter, Duration.ofMinutes(1), YEAR),
          uploads
              .size("maxBlobSize")
              .filter(
                  size ->
                      uploads.require(
                          size.bytes() > 0, "maxBlobSize", "is zero", DataSize.EXPECTED)));
    }
  }

  /**
   * {@code sluice.tags}.
   *
   * @param history how many former values of a tag are remembered, 0 to 1000; 10
   */
  public record Tags(int history) {
    static Tags defaults() {
      return new Tags(10);
    }

    static Tags read(Section tags) {
      return new Tags(tags.integer("history", defaults().history, 0, 1_000));
    }
  }

  /**
   * {@code sluice.shutdown}.
   *
   * @param timeout how long what is in flight may take to end; 25 s, less than Kubernetes waits
   */
  public record Shutdown(Duration timeout) {
    static Shutdown defaults() {
      return new Shutdown(Duration.ofSeconds(25));
    }

    static Shutdown read(Section shutdown) {
      return new Shutdown(shutdown.duration("timeout", defaults().timeout, NONE, HOUR));
    }
  }

  /**
   * {@code sluice.events}.
   *
   * @param progressInterval between two events about the progress of one upload; 1 s
   */
  public record Events(Duration progressInterval) {
    static Events defaults() {
      return new Events(SECOND);
    }

    static Events read(Section events) {
      return new Events(
          events.duration(
              "progressInterval", defaults().progressInterval, Duration.ofMillis(100), HOUR));
    }
  }

  /**
   * {@code sluice.cache}.
   *
   * @param memory for what is cached of the storage; empty ({@code auto}) for a share of what the
   *     process may use
   * @param trustFor how long it is believed that something still exists, since another replica may
   *     have changed it; 1 s, 0 to ask every time
   */
  public record Cache(Optional<DataSize> memory, Duration trustFor) {
    static Cache defaults() {
      return new Cache(Optional.empty(), SECOND);
    }

    static Cache read(Section cache) {
      return new Cache(
          sizeOrAuto(cache, "memory", new DataSize(0)),
          cache.duration("trustFor", defaults().trustFor, NONE, HOUR));
    }
  }

  /**
   * {@code sluice.s3}.
   *
   * @param createBucket create the bucket at start if there is none; false
   */
  public record S3(boolean createBucket) {
    static S3 defaults() {
      return new S3(false);
    }

    static S3 read(Section s3) {
      return new S3(s3.flag("createBucket", defaults().createBucket));
    }
  }

  /**
   * {@code sluice.sync}.
   *
   * @param ttl how long a tag of an upstream is served without asking there again; 5 m
   * @param prefetch fetch the rest of an image in the background once its manifest was asked for;
   *     true
   * @param platforms of which images are fetched so, as {@code linux/amd64}; none for those that
   *     clients ask for
   * @param listUpstream lists of tags hold the upstream's as well; false
   * @param missTtl how long it is believed that an upstream doesn't have something; 10 s, 0 to ask
   *     every time
   * @param spool what downloads that are under way may have of {@code extensions.sync.downloadDir};
   *     empty ({@code auto}) for half of what is free there at the start
   */
  public record Sync(
      Duration ttl,
      boolean prefetch,
      List<String> platforms,
      boolean listUpstream,
      Duration missTtl,
      Optional<DataSize> spool) {
    static Sync defaults() {
      return new Sync(
          Duration.ofMinutes(5), true, List.of(), false, Duration.ofSeconds(10), Optional.empty());
    }

    static Sync read(Section sync) {
      var d = defaults();
      return new Sync(
          sync.duration("ttl", d.ttl, NONE, YEAR),
          sync.flag("prefetch", d.prefetch),
          sync.list("platforms", Sync::platform, "os/architecture or os/architecture/variant"),
          sync.flag("listUpstream", d.listUpstream),
          sync.duration("missTtl", d.missTtl, NONE, HOUR),
          sizeOrAuto(sync, "spool", DataSize.ofMiB(64)));
    }

    private static String platform(String text) {
      var lower = text.toLowerCase(Locale.ROOT);
      if (!lower.matches("[a-z0-9]+/[a-z0-9_]+(/[a-z0-9.]+)?")) {
        throw new IllegalArgumentException("is not a platform");
      }
      return lower;
    }
  }

  /**
   * {@code sluice.gc}.
   *
   * @param requestsPerSecond what a collection may ask of a store; 200
   * @param shortestDelay a shorter {@code gcDelay} counts as this: writers need some time between
   *     looking and writing, and below a minute a slow disk would fail pushes; 1 m
   */
  public record Gc(int requestsPerSecond, Duration shortestDelay) {
    static Gc defaults() {
      return new Gc(200, Duration.ofMinutes(1));
    }

    static Gc read(Section gc) {
      var d = defaults();
      return new Gc(
          gc.integer("requestsPerSecond", d.requestsPerSecond, 1, 100_000),
          gc.duration("shortestDelay", d.shortestDelay, Duration.ofSeconds(4), HOUR));
    }

    /** What the {@code gcDelay} of a store comes to: the grace of its writers and collections. */
    public Duration grace(GcConfig store) {
      return isTooShort(store.delay()) ? shortestDelay : store.delay();
    }

    boolean isTooShort(Duration gcDelay) {
      return gcDelay.compareTo(shortestDelay) < 0;
    }
  }

  /**
   * {@code sluice.retention}.
   *
   * @param maxShare of a repository's tags, in percent: more than that a new policy removes only
   *     once somebody has confirmed it; 50
   * @param undo for how long a tag that was deleted, moved or removed by a policy can be restored,
   *     since its image is kept; empty for the {@code gcDelay} of its store
   */
  public record Retention(int maxShare, Optional<Duration> undo) {
    static Retention defaults() {
      return new Retention(50, Optional.empty());
    }

    static Retention read(Section retention) {
      return new Retention(
          retention.integer("maxShare", defaults().maxShare, 0, 100),
          retention
              .duration("undo")
              .filter(
                  undo ->
                      retention.require(
                          !undo.isNegative() && undo.compareTo(YEAR) <= 0,
                          "undo",
                          "is out of range",
                          "a duration from 0 to 1 year, such as 72h")));
    }
  }

  /**
   * {@code sluice.scrub}.
   *
   * @param bandwidth at most so much is read in a second, of all stores together; 50 MiB
   * @param quarantine whether what is damaged is hidden from clients, so that they push or fetch it
   *     anew; false
   */
  public record Scrub(DataSize bandwidth, boolean quarantine) {
    /** Less would take a year for a terabyte. */
    public static final DataSize LEAST = DataSize.ofKiB(64);

    /** More than any store gives. */
    public static final DataSize MOST = DataSize.ofMiB(1 << 20);

    static Scrub defaults() {
      return new Scrub(DataSize.ofMiB(50), false);
    }

    static Scrub read(Section scrub) {
      var d = defaults();
      return new Scrub(
          scrub.size("bandwidth", d.bandwidth, LEAST, MOST),
          scrub.flag("quarantine", d.quarantine));
    }
  }

  /** Without a section {@code sluice}. */
  public static OwnConfig defaults() {
    return new OwnConfig(
        Http.defaults(),
        Auth.defaults(),
        Uploads.defaults(),
        Tags.defaults(),
        Shutdown.defaults(),
        Events.defaults(),
        Cache.defaults(),
        S3.defaults(),
        Sync.defaults(),
        Gc.defaults(),
        Retention.defaults(),
        Scrub.defaults());
  }

  static OwnConfig read(Section sluice) {
    return new OwnConfig(
        Http.read(sluice.section("http")),
        Auth.read(sluice.section("auth")),
        Uploads.read(sluice.section("uploads")),
        Tags.read(sluice.section("tags")),
        Shutdown.read(sluice.section("shutdown")),
        Events.read(sluice.section("events")),
        Cache.read(sluice.section("cache")),
        S3.read(sluice.section("s3")),
        Sync.read(sluice.section("sync")),
        Gc.read(sluice.section("gc")),
        Retention.read(sluice.section("retention")),
        Scrub.read(sluice.section("scrub")));
  }

  private static Optional<DataSize> sizeOrAuto(Section section, String key, DataSize min) {
    return section
        .parsed(
            key,
            text ->
                text.equalsIgnoreCase("auto")
                    ? Optional.<DataSize>empty()
                    : Optional.of(DataSize.parse(text)),
            "auto, or " + DataSize.EXPECTED)
        .flatMap(size -> size)
        .filter(
            size ->
                section.require(
                    size.compareTo(min) >= 0, key, "is too small", "auto, or at least " + min));
  }
}
