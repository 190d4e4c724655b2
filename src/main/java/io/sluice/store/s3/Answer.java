package io.sluice.store.s3;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The body of an answer as the SDK hands it out, for one subscriber, who is told of every end. (The
 * SDK's own publisher says nothing when the connection breaks: that goes to the transformer alone,
 * and whoever reads would wait for ever.) Thread safe.
 */
final class Answer
    implements AsyncResponseTransformer<GetObjectResponse, Publisher<ByteBuffer>>,
        Publisher<ByteBuffer> {
  private final CompletableFuture<Publisher<ByteBuffer>> begun = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile @Nullable SdkPublisher<ByteBuffer> body;
  private volatile @Nullable Reader reader;
  private volatile @Nullable Throwable failure;

  @Override
  public CompletableFuture<Publisher<ByteBuffer>> prepare() {
    return begun;
  }

  @Override
  public void onResponse(GetObjectResponse response) {}

  @Override
  public void onStream(SdkPublisher<ByteBuffer> publisher) {
    body = publisher;
    begun.complete(this);
  }

  @Override
  public void exceptionOccurred(Throwable error) {
    failure = error;
    begun.completeExceptionally(error);
    var known = reader;
    if (known != null) {
      known.onError(error);
    }
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    var subscribed = new Reader(subscriber);
    var publisher = body;
    if (publisher == null) {
      throw new IllegalStateException("the answer has not begun");
    }
    publisher.subscribe(subscribed);
    reader = subscribed;
    var before = failure;
    if (before != null) {
      subscribed.onError(before);
    }
  }

  /** Passes the first of the ends on. */
  private final class Reader implements Subscriber<ByteBuffer> {
    private final Subscriber<? super ByteBuffer> subscriber;

    Reader(Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      subscriber.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      subscriber.onNext(bytes);
    }

    @Override
    public void onError(Throwable error) {
      if (ended.compareAndSet(false, true)) {
        subscriber.onError(error);
      }
    }

    @Override
    public void onComplete() {
      if (ended.compareAndSet(false, true)) {
        subscriber.onComplete();
      }
    }
  }
}
