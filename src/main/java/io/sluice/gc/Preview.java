package io.sluice.gc;

import io.sluice.gc.GcCommands.PreviewGc;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.function.BooleanSupplier;

/** What would go, store after store. Confined to the gc verticle's context. */
final class Preview {
  private final PreviewGc asked;
  private final Collecting.Factory collectors;
  private final BooleanSupplier stop;

  Preview(PreviewGc asked, Collecting.Factory collectors, BooleanSupplier closed) {
    this.asked = asked;
    this.collectors = collectors;
    this.stop = () -> closed.getAsBoolean() || asked.stop().getAsBoolean();
  }

  Future<GcTotals> over(GcPlan plan) {
    var totals = Future.succeededFuture(GcTotals.NONE);
    for (var store : plan.stores()) {
      if (isIn(plan, store)) {
        totals =
            totals.compose(
                before ->
                    stop.getAsBoolean()
                        ? Future.succeededFuture(before)
                        : of(plan, store).map(before::plus));
      }
    }
    return totals;
  }

  private Future<GcTotals> of(GcPlan plan, GcStore store) {
    return collectors
        .of(store, plan.settings(store))
        .preview(asked.policy().orElse(store.retention()), asked.repository(), sink(), stop);
  }

  private boolean isIn(GcPlan plan, GcStore store) {
    if (asked.repository().isEmpty()) {
      return true;
    }
    var route = asked.repository().get().firstComponentOfSeveral();
    boolean isRouted = plan.stores().stream().anyMatch(other -> other.route().equals(route));
    return store.route().equals(isRouted ? route : "");
  }

  private GcSink sink() {
    return new GcSink() {
      @Override
      public Future<Void> accept(Doomed doomed) {
        return here(asked.sink().accept(doomed));
      }

      @Override
      public void withheld(Withheld withheld) {
        asked.sink().withheld(withheld);
      }
    };
  }

  /** The same, completing on the current context. */
  private static Future<Void> here(Future<Void> elsewhere) {
    if (elsewhere.isComplete()) {
      return elsewhere;
    }
    Promise<Void> here = ((ContextInternal) Vertx.currentContext()).promise();
    elsewhere.onComplete(here);
    return here.future();
  }
}
