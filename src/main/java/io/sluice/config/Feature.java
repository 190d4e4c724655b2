package io.sluice.config;

/**
 * What a configuration can turn on, so that a build which lacks some of it can say so.
 *
 * <p>Which of them a configuration has is the business of {@link FeatureReport}.
 */
public enum Feature {
  S3_STORAGE("storage.storageDriver (s3)", "storage in S3", false),
  GCS_STORAGE("storage.storageDriver (gcs)", "storage in Google Cloud Storage", false),
  AZURE_STORAGE("storage.storageDriver (azure)", "storage in Azure Blob Storage", false),
  SUB_PATHS("storage.subPaths", "several stores", false),
  CACHE_DRIVER("storage.cacheDriver", "a shared cache database", false),
  REDIRECT_BLOB_URL("storage.redirectBlobURL", "redirects to the bucket", false),
  DEDUPE("storage.dedupe", "storing equal content once", false),
  GC("storage.gc", "garbage collection", false),
  RETENTION("storage.retention", "retention", false),
  MAX_REPOS("storage.maxRepos", "a limit on repositories", false),
  TLS("http.tls", "TLS", true),
  RATE_LIMIT("http.ratelimit", "rate limits", false),
  CORS_ORIGIN("http.allowOrigin", "an origin for browsers", false),
  DOCKER_MANIFESTS("http.compat", "Docker's media types", false),
  HTPASSWD("http.auth.htpasswd", "users from an htpasswd file", true),
  LDAP("http.auth.ldap", "users from LDAP", true),
  BEARER("http.auth.bearer", "bearer tokens", true),
  OPENID("http.auth.openid", "logins with OpenID Connect", true),
  APIKEY("http.auth.apikey", "API keys", false),
  MTLS("http.auth.mtls", "users from client certificates", true),
  FAIL_DELAY("http.auth.failDelay", "a delay after failed logins", false),
  SESSION_DRIVER("http.auth.sessionDriver (redis)", "sessions in Redis", false),
  ACCESS_CONTROL("http.accessControl", "access control", true),
  /** Without its conditions a policy would grant more than it says. */
  ACCESS_CONDITIONS("http.accessControl…conditions", "conditions of access control", true),
  LOG_FILE("log.output", "a log file", false),
  AUDIT_LOG("log.audit", "an audit log", false),
  METRICS("extensions.metrics", "metrics", false),
  SEARCH("extensions.search", "search", false),
  CVE("extensions.search.cve", "scans for vulnerabilities", false),
  UI("extensions.ui", "web pages", false),
  SYNC("extensions.sync", "images of other registries", false),
  SCRUB("extensions.scrub", "verification at rest", false),
  LINT("extensions.lint", "mandatory annotations", false),
  TRUST("extensions.trust", "verification of signatures", false),
  EVENT_SINKS("extensions.events", "event sinks", false),
  CLUSTER("cluster", "Zot's cluster", false);

  private final String key;
  private final String title;
  private final boolean security;

  Feature(String key, String title, boolean security) {
    this.key = key;
    this.title = title;
    this.security = security;
  }

  /** The key that turns it on. */
  public String key() {
    return key;
  }

  /** What people call it, in the middle of a sentence. */
  public String title() {
    return title;
  }

  /**
   * Whether a registry without it would be open to more people than its configuration says. Such a
   * registry must not be reachable from other machines.
   */
  public boolean security() {
    return security;
  }
}
