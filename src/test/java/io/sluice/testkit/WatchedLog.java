package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For tests without a {@link Registry}: fails those that leave something in the log that it must
 * not have.
 */
public final class WatchedLog implements BeforeEachCallback, AfterEachCallback {

  @Override
  public void beforeEach(ExtensionContext context) {
    LogWatch.get().take();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(LogWatch.get().take()).as("what the log must not have").isEmpty();
  }
}
