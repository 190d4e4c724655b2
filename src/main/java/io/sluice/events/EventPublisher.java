package io.sluice.events;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;

/**
 * Tells events to all who listen on the event bus, by reference: {@code message.body()} is an
 * {@link Event}. Thread safe; never waits for listeners, never fails because of one.
 */
public final class EventPublisher {
  private static final String CODEC = "sluice.event";

  private static final DeliveryOptions OPTIONS =
      new DeliveryOptions().setCodecName(CODEC).setLocalOnly(true);

  private final Vertx vertx;

  public EventPublisher(Vertx vertx) {
    this.vertx = vertx;
    try {
      vertx.eventBus().registerCodec(new Codec());
    } catch (IllegalStateException registeredBefore) {
      // by another verticle of the same instance
    }
  }

  public void publish(Event event) {
    vertx.eventBus().publish(event.address(), event, OPTIONS);
  }

  /** Within the process the record itself. */
  private static final class Codec implements MessageCodec<Event, Event> {
    @Override
    public void encodeToWire(Buffer buffer, Event event) {
      throw new UnsupportedOperationException("events leave the process through bridges, as JSON");
    }

    @Override
    public Event decodeFromWire(int position, Buffer buffer) {
      throw new UnsupportedOperationException("events leave the process through bridges, as JSON");
    }

    @Override
    public Event transform(Event event) {
      return event;
    }

    @Override
    public String name() {
      return CODEC;
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }
}
