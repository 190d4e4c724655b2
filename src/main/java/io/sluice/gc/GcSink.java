package io.sluice.gc;

import io.vertx.core.Future;

/** Is told, one after the other, of everything that goes; the collection waits for it. */
@FunctionalInterface
public interface GcSink {
  GcSink NONE = _ -> Future.succeededFuture();

  /** Called on the collector's context; when it fails, the collection ends with that. */
  Future<Void> accept(Doomed doomed);

  /** These tags stay until somebody confirms that they may go; called on the same context. */
  default void withheld(Withheld withheld) {}

  /** How far it is, now and then; called on the same context. */
  default void progress(GcTotals soFar) {}
}
