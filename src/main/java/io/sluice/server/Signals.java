package io.sluice.server;

import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;

/**
 * The signals of the operating system. Only the JDK's unsupported {@code sun.misc.Signal} lets a
 * process end with 0 after SIGTERM and tell a second signal from the first; it is reached by
 * reflection, since the compiler's warning about it can't be turned off by itself.
 */
final class Signals {
  private Signals() {}

  /**
   * Calls {@code handler} with the signal's number on a thread of its own, whenever {@code name}
   * (without SIG) comes. A JVM that doesn't know it leaves things as they are.
   *
   * @return whether it will be called
   */
  static boolean handle(String name, IntConsumer handler) {
    try {
      var signalType = Class.forName("sun.misc.Signal");
      var handlerType = Class.forName("sun.misc.SignalHandler");
      var signal = signalType.getConstructor(String.class).newInstance(name);
      int number = (int) signalType.getMethod("getNumber").invoke(signal);
      var proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      handler.accept(number);
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    default -> "handler of SIG" + name;
                  });
      signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, proxy);
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
