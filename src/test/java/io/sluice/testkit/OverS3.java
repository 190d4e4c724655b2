package io.sluice.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of a {@link Registry} in front of S3 with a {@link io.sluice.testkit.s3.FaultyS3} between,
 * which takes both as parameters (and the {@link io.sluice.testkit.s3.Bucket} if it likes).
 *
 * <p>Afterwards all is healed, and then the registry has to work at once, with no memory held, no
 * multipart upload left and no request under way. It fails also as a {@link RegistryTest} does:
 * when an event loop was blocked, or a request failed by a defect.
 */
@Test
@Timeout(90)
@ExtendWith(OverS3Extension.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OverS3 {

  /** What the configuration has besides the store and a free port, as YAML. */
  String config() default "";

  /** Whether calls to S3 are given up after some seconds instead of a minute. */
  boolean impatient() default false;
}
