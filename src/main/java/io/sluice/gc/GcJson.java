package io.sluice.gc;

import io.sluice.oci.RepositoryName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The form in which collections and previews leave the process; fields are only ever added. */
public final class GcJson {
  private GcJson() {}

  /** What goes; what it doesn't have is left out. */
  public static JsonObject of(Doomed doomed) {
    var json = new JsonObject().put("what", doomed.what().id());
    doomed.repository().ifPresent(it -> json.put("repository", it.value()));
    json.put("name", doomed.name());
    doomed.digest().ifPresent(it -> json.put("digest", it.toString()));
    doomed.policy().ifPresent(it -> json.put("policy", it));
    return json.put("why", doomed.why()).put("bytes", doomed.bytes());
  }

  public static JsonObject of(GcTotals totals) {
    return new JsonObject()
        .put("repositories", totals.repositories())
        .put("tags", totals.tags())
        .put("manifests", totals.manifests())
        .put("blobs", totals.blobs())
        .put("data", totals.data())
        .put("bytes", totals.bytes())
        .put("uploads", totals.uploads())
        .put("withheld", totals.withheld())
        .put("waiting", totals.waiting());
  }

  /** A collection that has ended; {@link #run} reads it again. */
  public static JsonObject of(GcRun run) {
    return new JsonObject()
        .put("started", run.started().toString())
        .put("ended", run.ended().toString())
        .put("ms", Duration.between(run.started(), run.ended()).toMillis())
        .put("by", run.by())
        .put("dryRun", run.dryRun())
        .put("confirmed", run.confirmed())
        .put("followUps", run.followUps())
        .put("totals", of(run.totals()))
        .put("withheld", withheld(run.withheld()));
  }

  public static JsonObject of(Withheld withheld) {
    return new JsonObject()
        .put("repository", withheld.repository().value())
        .put("policy", withheld.policy())
        .put("tags", withheld.tags())
        .put("going", withheld.going());
  }

  public static JsonObject of(GcState state) {
    var stores = new JsonArray();
    state.stores().forEach(store -> stores.add(of(store)));
    return new JsonObject().put("stores", stores);
  }

  private static JsonObject of(GcState.StoreState store) {
    var json = new JsonObject().put("store", "/" + store.route()).put("enabled", store.enabled());
    json.put("running", store.running().isPresent());
    store
        .running()
        .ifPresent(
            running ->
                json.put("since", running.since().toString())
                    .put("confirmed", running.confirmed())
                    .put("soFar", of(running.soFar())));
    store.last().ifPresent(run -> json.put("lastRun", of(run)));
    store
        .lastError()
        .ifPresent(
            error ->
                json.put(
                    "lastError",
                    new JsonObject()
                        .put("time", error.time().toString())
                        .put("message", error.message())));
    store.next().ifPresent(time -> json.put("nextRun", time.toString()));
    return json;
  }

  private static JsonArray withheld(List<Withheld> list) {
    var array = new JsonArray();
    list.forEach(it -> array.add(of(it)));
    return array;
  }

  /** A collection, as {@link #of(GcRun)} wrote it, that ended at this time. */
  static GcRun run(JsonObject json, Instant ended) {
    var withheld = new ArrayList<Withheld>();
    for (var item : json.getJsonArray("withheld", new JsonArray())) {
      var it = (JsonObject) item;
      withheld.add(
          new Withheld(
              RepositoryName.parse(it.getString("repository", "")),
              it.getString("policy", ""),
              it.getLong("tags", 0L),
              it.getLong("going", 0L)));
    }
    return new GcRun(
        ended.minusMillis(json.getLong("ms", 0L)),
        ended,
        json.getString("by", ""),
        json.getBoolean("dryRun", false),
        json.getBoolean("confirmed", false),
        json.getInteger("followUps", 0),
        totals(json.getJsonObject("totals", new JsonObject())),
        withheld);
  }

  /** Totals, as {@link #of(GcTotals)} wrote them. */
  public static GcTotals totals(JsonObject json) {
    return new GcTotals(
        json.getLong("repositories", 0L),
        json.getLong("tags", 0L),
        json.getLong("manifests", 0L),
        json.getLong("blobs", 0L),
        json.getLong("data", 0L),
        json.getLong("bytes", 0L),
        json.getLong("uploads", 0L),
        json.getLong("withheld", 0L),
        json.getLong("waiting", 0L));
  }
}
