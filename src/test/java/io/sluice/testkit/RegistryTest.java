package io.sluice.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that is run once on every {@link StoreKind}, and takes the running {@link Registry} as its
 * parameter. It fails also when an event loop was blocked, a request failed by a defect, or a
 * buffer leaked.
 */
@TestTemplate
@Timeout(60)
@ExtendWith(RegistryExtension.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface RegistryTest {

  /**
   * What the configuration has besides the store and a free port, as YAML; {@code $STORES} is a
   * folder for further stores, {@code $TLS} the {@link TlsFolder}.
   */
  String config() default "";

  /**
   * Names for an htpasswd file; each one's password is the name with an exclamation mark. None for
   * no authentication.
   */
  String[] users() default {};

  /** The stores; none for all of them. */
  StoreKind[] on() default {};
}
