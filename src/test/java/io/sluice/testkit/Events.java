package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.events.Event;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** What the registry told on the event bus, in the order in which it was told. */
public final class Events {
  private static final List<String> KINDS =
      List.of("push", "pull", "delete", "mount", "upload", "sync", "auth", "config", "gc", "scrub");

  private final List<Event> seen = new CopyOnWriteArrayList<>();

  Events(Vertx vertx) {
    for (var kind : KINDS) {
      vertx
          .eventBus()
          .<Event>localConsumer(Event.ADDRESS_PREFIX + kind, message -> seen.add(message.body()));
    }
  }

  public List<Event> all() {
    return List.copyOf(seen);
  }

  public <E extends Event> List<E> all(Class<E> type) {
    return seen.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The first event of a kind; waits for it. */
  public <E extends Event> E await(Class<E> type) {
    return await(type, _ -> true);
  }

  /** The first event of a kind that is like this; waits for it. */
  public <E extends Event> E await(Class<E> type, Predicate<E> like) {
    Eventually.eventually(
        () -> all(type), events -> assertThat(events).as("events: %s", seen).anyMatch(like));
    return all(type).stream().filter(like).findFirst().orElseThrow();
  }
}
