package io.sluice.testkit.s3;

import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.Map;

/** What came by the proxy since it was started or reset. Safe for all threads. */
final class Counts {
  private final Map<S3Operation, Long> requests = new EnumMap<>(S3Operation.class);
  private final Map<S3Operation, Long> bytesSent = new EnumMap<>(S3Operation.class);
  private final Map<S3Operation, Long> bytesAnswered = new EnumMap<>(S3Operation.class);
  private int inFlight;
  private int mostInFlight;

  synchronized void began(S3Operation operation) {
    requests.merge(operation, 1L, Long::sum);
    inFlight++;
    mostInFlight = Math.max(mostInFlight, inFlight);
  }

  synchronized void sent(S3Operation operation, int bytes) {
    bytesSent.merge(operation, (long) bytes, Long::sum);
  }

  synchronized void answered(S3Operation operation, int bytes) {
    bytesAnswered.merge(operation, (long) bytes, Long::sum);
  }

  synchronized void ended() {
    inFlight--;
  }

  synchronized void reset() {
    requests.clear();
    bytesSent.clear();
    bytesAnswered.clear();
    mostInFlight = inFlight;
  }

  synchronized Map<S3Operation, Long> requests() {
    return Map.copyOf(requests);
  }

  synchronized Map<S3Operation, Long> bytesSent() {
    return Map.copyOf(bytesSent);
  }

  synchronized Map<S3Operation, Long> bytesAnswered() {
    return Map.copyOf(bytesAnswered);
  }

  synchronized int inFlight() {
    return inFlight;
  }

  synchronized int mostInFlight() {
    return mostInFlight;
  }

  synchronized JsonObject json() {
    return new JsonObject()
        .put("requests", byName(requests))
        .put("bytesSent", byName(bytesSent))
        .put("bytesAnswered", byName(bytesAnswered))
        .put("inFlight", inFlight)
        .put("mostInFlight", mostInFlight);
  }

  private static JsonObject byName(Map<S3Operation, Long> numbers) {
    var json = new JsonObject();
    numbers.forEach((operation, number) -> json.put(operation.apiName(), number));
    return json;
  }
}
