package io.sluice.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code storageDriver} with the name {@code s3}: a bucket of AWS, MinIO or another S3.
 *
 * @param bucket the bucket; it must exist, unless {@code sluice.s3.createBucket} is on
 * @param region needed unless there is an endpoint, then {@code us-east-1} by default
 * @param regionEndpoint the URL of an S3 that isn't AWS; without a scheme, secure decides
 * @param rootDirectory the prefix of all keys, starting with a slash; default none
 * @param accessKey together with the secret key; without them the usual AWS chain is asked
 * @param forcePathStyle the bucket in the path instead of the host name; default: when there is an
 *     endpoint
 * @param secure https for an endpoint without a scheme; default true
 * @param skipVerify accept any TLS certificate; default false
 * @param v4Auth accepted, with a warning if it is off; requests are always signed with version 4
 * @param encrypt ask for encryption at rest, with {@code keyId} if given; default false
 * @param chunkSize size of the parts of an upload, at least 5 MiB; empty for ours (8 MiB, growing)
 * @param copyChunkSize accepted with a warning, like the two after it; we never copy objects
 * @param storageClass default {@code STANDARD}; {@code NONE} sends no header
 * @param userAgent sent in addition to the client's own
 * @param objectAcl default {@code private}
 * @param logLevel of the S3 client; default {@code off}; all others log each call and its
 *     repetitions
 */
public record S3DriverConfig(
    String bucket,
    String region,
    Optional<String> regionEndpoint,
    String rootDirectory,
    Optional<Secret> accessKey,
    Optional<Secret> secretKey,
    Optional<Secret> sessionToken,
    boolean forcePathStyle,
    boolean secure,
    boolean skipVerify,
    boolean v4Auth,
    boolean encrypt,
    Optional<String> keyId,
    Optional<DataSize> chunkSize,
    DataSize copyChunkSize,
    int copyMaxConcurrency,
    DataSize copyThreshold,
    String storageClass,
    Optional<String> userAgent,
    String objectAcl,
    boolean useDualStack,
    boolean accelerate,
    boolean useFipsEndpoint,
    String logLevel)
    implements StorageDriverConfig {

  private static final DataSize MIN_PART = DataSize.ofMiB(5);
  private static final DataSize MAX_PART = DataSize.ofMiB(5 << 10);
  private static final Pattern ENDPOINT =
      Pattern.compile("(?i)(https?://)?([\\w.-]+|\\[[0-9a-f:]+])(:[0-9]{1,5})?/?");
  // Names of regions follow a pattern; a list of them would be out of date with the next one.
  private static final Pattern REGION = Pattern.compile("[a-z]{2,5}(-[a-z]+){1,3}-[0-9]{1,2}");
  private static final Map<String, String> STORAGE_CLASSES =
      choices(
          "STANDARD",
          "REDUCED_REDUNDANCY",
          "STANDARD_IA",
          "ONEZONE_IA",
          "INTELLIGENT_TIERING",
          "OUTPOSTS",
          "GLACIER_IR",
          "NONE");
  private static final Map<String, String> ACLS =
      choices(
          "private",
          "public-read",
          "public-read-write",
          "authenticated-read",
          "aws-exec-read",
          "bucket-owner-read",
          "bucket-owner-full-control");
  private static final Map<String, String> LOG_LEVELS =
      choices(
          "off",
          "debug",
          "debugwithsigning",
          "debugwithhttpbody",
          "debugwithrequestretries",
          "debugwithrequesterrors",
          "debugwitheventstreambody");

  private static final Set<String> BODIES_AND_SIGNATURES =
      Set.of("debugwithsigning", "debugwithhttpbody", "debugwitheventstreambody");

  @Override
  public String name() {
    return "s3";
  }

  static S3DriverConfig read(Section driver) {
    var endpoint =
        driver.parsed("regionendpoint", S3DriverConfig::endpoint, "a URL or host:port of an S3");
    var accessKey = driver.secret("accesskey");
    var secretKey = driver.secret("secretkey");
    if (accessKey.isPresent() != secretKey.isPresent()) {
      var missing = accessKey.isPresent() ? "secretkey" : "accesskey";
      driver.problem(missing, "is missing", "both accesskey and secretkey, or neither of them");
    }
    warnOfWhatHasNoEffect(driver);
    return new S3DriverConfig(
        driver.required(driver.string("bucket"), "bucket", "", "the name of a bucket"),
        region(driver, driver.string("regionendpoint").isPresent()),
        endpoint,
        StorageDriverConfig.readRootDirectory(driver, ""),
        accessKey,
        secretKey,
        driver.secret("sessiontoken"),
        driver.flag("forcepathstyle", endpoint.isPresent()),
        driver.flag("secure", true),
        driver.flag("skipverify", false),
        driver.flag("v4auth", true),
        driver.flag("encrypt", false),
        driver.string("keyid"),
        driver.has("chunksize")
            ? Optional.of(driver.size("chunksize", MIN_PART, MIN_PART, MAX_PART))
            : Optional.empty(),
        driver.size("multipartcopychunksize", DataSize.ofMiB(32), MIN_PART, MAX_PART),
        driver.integer("multipartcopymaxconcurrency", 100, 1, Integer.MAX_VALUE),
        driver.size("multipartcopythresholdsize", DataSize.ofMiB(32), new DataSize(0), MAX_PART),
        driver.choice("storageclass", STORAGE_CLASSES).orElse("STANDARD"),
        driver.string("useragent"),
        driver.choice("objectacl", ACLS).orElse("private"),
        driver.flag("usedualstack", false),
        driver.flag("accelerate", false),
        driver.flag("usefipsendpoint", false),
        driver.choice("loglevel", LOG_LEVELS).orElse("off"));
  }

  private static void warnOfWhatHasNoEffect(Section driver) {
    if (!driver.flag("v4auth", true)) {
      driver.warn("v4auth", "has no effect: requests are always signed with version 4");
    }
    for (var key :
        List.of(
            "multipartcopychunksize",
            "multipartcopymaxconcurrency",
            "multipartcopythresholdsize")) {
      if (driver.has(key)) {
        driver.warn(key, "has no effect: objects are never copied");
      }
    }
    if (driver.string("keyid").isPresent() && !driver.flag("encrypt", false)) {
      driver.warn("keyid", "has no effect without encrypt");
    }
    if (driver.choice("loglevel", LOG_LEVELS).filter(BODIES_AND_SIGNATURES::contains).isPresent()) {
      driver.warn("loglevel", "logs as debug does; bodies and signatures are never logged");
    }
  }

  private static String endpoint(String text) {
    if (!ENDPOINT.matcher(text).matches()) {
      throw new IllegalArgumentException("is not an address");
    }
    return text;
  }

  private static String region(Section driver, boolean hasEndpoint) {
    var region = driver.string("region");
    if (hasEndpoint) {
      return region.orElse("us-east-1");
    }
    var expected = "a region of AWS such as eu-central-1, or a regionendpoint";
    var value = driver.required(region, "region", "us-east-1", expected);
    driver.require(REGION.matcher(value).matches(), "region", "is not a region of AWS", expected);
    return value;
  }

  private static Map<String, String> choices(String... values) {
    return List.of(values).stream()
        .collect(Collectors.toMap(value -> value.toLowerCase(Locale.ROOT), Function.identity()));
  }
}
