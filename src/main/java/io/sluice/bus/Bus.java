package io.sluice.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The event bus with types. Thread safe; an answer comes on the context that asked. */
public final class Bus {
  private static final String CODEC = "sluice.local";

  /*
   * Messages within a process don't get lost, so this is no time-out for work (which may take its time: a sync of 1 GB
   * to a slow disk) but a last resort against an answer that a defect has swallowed.
   */
  private static final DeliveryOptions LOCAL =
      new DeliveryOptions()
          .setLocalOnly(true)
          .setCodecName(CODEC)
          .setSendTimeout(TimeUnit.HOURS.toMillis(1));

  private final Vertx vertx;

  private Bus(Vertx vertx) {
    this.vertx = vertx;
  }

  /** The bus of this Vert.x instance. */
  public static Bus of(Vertx vertx) {
    try {
      vertx.eventBus().registerCodec(new ByReference());
    } catch (IllegalStateException registeredBefore) {
      // by another verticle of the same instance
    }
    return new Bus(vertx);
  }

  /** Sends a command to whoever serves it; fails with what the other side failed with. */
  public <R> Future<R> request(Command<R> command) {
    return vertx
        .eventBus()
        .<Outcome<R>>request(command.address(), command, LOCAL)
        .compose(message -> message.body().toFuture());
  }

  /** Serves commands of one address on the current context. */
  public <R, C extends Command<R>> MessageConsumer<C> serve(
      String address, Function<C, Future<R>> handler) {
    return vertx
        .eventBus()
        .localConsumer(
            address,
            message ->
                answer(handler, message.body())
                    .onComplete(
                        result ->
                            message.reply(
                                result.succeeded()
                                    ? new Outcome.Done<>(result.result())
                                    : new Outcome.Failed<R>(result.cause()),
                                LOCAL)));
  }

  private static <R, C extends Command<R>> Future<R> answer(
      Function<C, Future<R>> handler, C command) {
    try {
      return handler.apply(command);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private sealed interface Outcome<R> {
    Future<R> toFuture();

    record Done<R>(R result) implements Outcome<R> {
      @Override
      public Future<R> toFuture() {
        return Future.succeededFuture(result);
      }
    }

    record Failed<R>(Throwable cause) implements Outcome<R> {
      @Override
      public Future<R> toFuture() {
        return Future.failedFuture(cause);
      }
    }
  }

  private static final class ByReference implements MessageCodec<Object, Object> {
    @Override
    public void encodeToWire(Buffer buffer, Object message) {
      throw new UnsupportedOperationException("commands don't leave the process");
    }

    @Override
    public Object decodeFromWire(int position, Buffer buffer) {
      throw new UnsupportedOperationException("commands don't leave the process");
    }

    @Override
    public Object transform(Object message) {
      return message;
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
