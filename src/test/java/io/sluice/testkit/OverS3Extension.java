package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.s3.ImpatientS3;
import io.sluice.store.s3.S3ObjectStore;
import io.sluice.testkit.s3.Bucket;
import io.sluice.testkit.s3.FaultyS3;
import io.sluice.testkit.s3.S3Server;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives an {@link OverS3} test what it takes, and looks afterwards whether all is well. */
final class OverS3Extension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(OverS3Extension.class);

  private record Running(FaultyS3 s3, S3Storage storage, Registry registry) {}

  @Override
  public void beforeEach(ExtensionContext context) {
    var test = context.getRequiredTestMethod().getAnnotation(OverS3.class);
    var s3 = FaultyS3.before(S3Server.shared());
    var storage =
        new S3Storage(
            s3.endpoint(),
            test.impatient()
                ? (vertx, driver, _) -> ImpatientS3.open(vertx, driver)
                : (vertx, driver, grace) -> S3ObjectStore.open(vertx, driver, grace, false));
    var registry = Registry.start(storage, test.config());
    context.getStore(HERE).put(Running.class, new Running(s3, storage, registry));
  }

  private static @Nullable Running find(ExtensionContext context) {
    return context.getStore(HERE).get(Running.class, Running.class);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    var type = parameter.getParameter().getType();
    return type == Registry.class || type == FaultyS3.class || type == Bucket.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    var running = Objects.requireNonNull(find(context));
    var type = parameter.getParameter().getType();
    if (type == Registry.class) {
      return running.registry();
    }
    return type == FaultyS3.class ? running.s3() : running.storage().bucket();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    var running = find(context);
    if (running == null) {
      return;
    }
    try (var s3 = running.s3();
        var registry = running.registry()) {
      s3.heal();
      if (context.getExecutionException().isEmpty()) {
        registry.isUnharmed();
        registry.leavesNothingBehind();
        Eventually.eventually(
            s3::inFlight, count -> assertThat(count).as("requests under way at S3").isZero());
      }
    }
  }
}
