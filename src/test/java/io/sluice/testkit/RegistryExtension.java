package io.sluice.testkit;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a {@link RegistryTest} on every store, each time with a registry of its own. */
final class RegistryExtension implements TestTemplateInvocationContextProvider {

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    var test = context.getRequiredTestMethod().getAnnotation(RegistryTest.class);
    var stores = test.on().length == 0 ? StoreKind.values() : test.on();
    return Stream.of(stores).map(store -> new Invocation(store, test));
  }

  private static final class Invocation
      implements TestTemplateInvocationContext, ParameterResolver, AfterEachCallback {
    private final StoreKind store;
    private final RegistryTest test;
    private @Nullable Registry registry;

    Invocation(StoreKind store, RegistryTest test) {
      this.store = store;
      this.test = test;
    }

    @Override
    public String getDisplayName(int index) {
      return "on " + store;
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(this);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Registry.class;
    }

    @Override
    public Registry resolveParameter(ParameterContext parameter, ExtensionContext context) {
      var started = Registry.start(store, test.config(), test.users());
      registry = started;
      return started;
    }

    @Override
    public void afterEach(ExtensionContext context) {
      if (registry != null) {
        registry.close();
      }
    }
  }
}
