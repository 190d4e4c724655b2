package io.sluice.gc;

import io.sluice.events.Event;
import io.sluice.events.EventPublisher;
import io.sluice.events.Occasion;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.ulid.Ulids;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** Tells the log, the audit log and the event bus of one store's collections. */
final class GcReports {
  private static final Logger LOG = LoggerFactory.getLogger(GcReports.class);
  private static final Logger AUDIT = LoggerFactory.getLogger("io.sluice.audit");

  private final EventPublisher events;
  private final Ulids ulids;
  private final Alarms alarms;
  private final String store;

  /** What was told before, so that it isn't told with each run. */
  private Map<RepositoryName, Withheld> told = new HashMap<>();

  GcReports(EventPublisher events, Ulids ulids, Alarms alarms, String route) {
    this.events = events;
    this.ulids = ulids;
    this.alarms = alarms;
    this.store = "/" + route;
  }

  void began(boolean dryRun) {
    LOG.atDebug()
        .addKeyValue("store", store)
        .addKeyValue("dryRun", dryRun)
        .log("a garbage collection begins");
    publish(Event.Stage.STARTED, GcTotals.NONE, Duration.ZERO, Optional.empty());
  }

  /** Something has gone; that a tag has, its users want to know. */
  void removed(Doomed doomed) {
    boolean isTag = doomed.what() == Doomed.What.TAG;
    describe(LOG.atLevel(isTag ? Level.INFO : Level.DEBUG), doomed)
        .log(isTag ? "tag removed by retention" : "removed by garbage collection");
    if (isTag) {
      audit(doomed);
      if (doomed.repository().isPresent() && doomed.digest().isPresent()) {
        events.publish(
            new Event.Deleted(
                occasion(),
                doomed.repository().get(),
                Event.Target.TAG,
                new Tag(doomed.name()),
                doomed.digest().get(),
                Optional.of(reason(doomed))));
      }
    }
  }

  /** Something would have gone, but for {@code retention.dryRun}. */
  void wouldRemove(Doomed doomed) {
    boolean isOfImages = doomed.what() == Doomed.What.TAG || doomed.what() == Doomed.What.MANIFEST;
    describe(LOG.atLevel(isOfImages ? Level.INFO : Level.DEBUG), doomed).log("gc would remove");
  }

  private LoggingEventBuilder describe(LoggingEventBuilder line, Doomed doomed) {
    return line.addKeyValue("store", store)
        .addKeyValue("what", doomed.what().id())
        .addKeyValue("repository", doomed.repository().map(RepositoryName::value).orElse(""))
        .addKeyValue(doomed.what() == Doomed.What.TAG ? "tag" : "name", doomed.name())
        .addKeyValue("digest", doomed.digest().map(Digest::toString).orElse(""))
        .addKeyValue("policy", doomed.policy().orElse(""))
        .addKeyValue("why", doomed.why())
        .addKeyValue("bytes", doomed.bytes());
  }

  private static void audit(Doomed doomed) {
    AUDIT
        .atInfo()
        .addKeyValue("subject", Event.COLLECTOR)
        .addKeyValue("action", "DELETE")
        .addKeyValue(
            "object",
            "/v2/"
                + doomed.repository().map(RepositoryName::value).orElse("")
                + "/manifests/"
                + doomed.name())
        .addKeyValue("outcome", "changed")
        .addKeyValue("digest", doomed.digest().map(Digest::toString).orElse(""))
        .addKeyValue("reason", reason(doomed))
        .log("GC Audit");
  }

  private static String reason(Doomed doomed) {
    return doomed.policy().map(policy -> policy + ": ").orElse("") + doomed.why();
  }

  void ended(GcRun run) {
    var took = Duration.between(run.started(), run.ended());
    describe(LOG.atInfo(), run.totals())
        .addKeyValue("dryRun", run.dryRun())
        .addKeyValue("ms", took.toMillis())
        .log("garbage was collected");
    publish(Event.Stage.FINISHED, run.totals(), took, Optional.empty());
    withheld(run.withheld());
  }

  void failed(Throwable cause, GcTotals soFar, Duration took) {
    describe(LOG.atWarn(), soFar)
        .addKeyValue("ms", took.toMillis())
        .addKeyValue("error", String.valueOf(cause.getMessage()))
        .setCause(cause)
        .log("a garbage collection failed; what has gone was garbage, the next one goes on");
    publish(Event.Stage.FAILED, soFar, took, Optional.of(String.valueOf(cause.getMessage())));
  }

  void stopped(GcTotals soFar, Duration took) {
    describe(LOG.atInfo(), soFar)
        .addKeyValue("ms", took.toMillis())
        .log("a garbage collection was stopped; the next one goes on");
    publish(Event.Stage.FAILED, soFar, took, Optional.of("it was stopped"));
  }

  /** It could not be found out whether one is due, or be written down that one has ended. */
  void trouble(String what, Throwable cause) {
    LOG.atWarn()
        .addKeyValue("store", store)
        .addKeyValue("error", String.valueOf(cause.getMessage()))
        .log(what);
  }

  private LoggingEventBuilder describe(LoggingEventBuilder line, GcTotals totals) {
    return line.addKeyValue("store", store)
        .addKeyValue("repositories", totals.repositories())
        .addKeyValue("tags", totals.tags())
        .addKeyValue("manifests", totals.manifests())
        .addKeyValue("blobs", totals.blobs())
        .addKeyValue("data", totals.data())
        .addKeyValue("bytes", totals.bytes())
        .addKeyValue("uploads", totals.uploads())
        .addKeyValue("withheld", totals.withheld())
        .addKeyValue("waiting", totals.waiting());
  }

  private void withheld(List<Withheld> now) {
    var next = new HashMap<RepositoryName, Withheld>();
    for (var withheld : now) {
      next.put(withheld.repository(), withheld);
      if (!withheld.equals(told.get(withheld.repository()))) {
        LOG.atWarn()
            .addKeyValue("store", store)
            .addKeyValue("repository", withheld.repository())
            .addKeyValue("policy", withheld.policy())
            .addKeyValue("tags", withheld.tags())
            .addKeyValue("going", withheld.going())
            .log(
                "a new policy would remove more tags than sluice.retention.maxShare: they stay"
                    + " until it is confirmed (sluice gc --confirm)");
        events.publish(
            new Event.ConfirmationNeeded(
                occasion(),
                withheld.repository(),
                withheld.policy(),
                withheld.tags(),
                withheld.going()));
      }
    }
    told = next;
  }

  private void publish(Event.Stage stage, GcTotals totals, Duration took, Optional<String> error) {
    var garbage =
        new Event.Garbage(
            totals.repositories(),
            totals.tags(),
            totals.manifests(),
            totals.blobs(),
            totals.data(),
            totals.bytes(),
            totals.uploads(),
            totals.withheld(),
            totals.waiting());
    events.publish(new Event.Collected(occasion(), store, stage, garbage, took, error));
  }

  private Occasion occasion() {
    return Occasion.ofProcess(ulids.next(), alarms.now(), Event.COLLECTOR);
  }
}
