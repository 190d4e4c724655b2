package io.sluice.testkit.s3;

import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A request as rules see it.
 *
 * @param bucket empty if it is for none
 * @param key decoded; empty if the request is for a bucket as a whole
 */
public record S3Request(S3Operation operation, String bucket, String key) {

  static S3Request of(HttpServerRequest request) {
    var uri = request.uri();
    int question = uri.indexOf('?');
    var path = question < 0 ? uri : uri.substring(0, question);
    var query = question < 0 ? "" : uri.substring(question + 1);
    int slash = path.indexOf('/', 1);
    var bucket = decoded(slash < 0 ? path.substring(1) : path.substring(1, slash));
    var key = slash < 0 ? "" : decoded(path.substring(slash + 1));
    // The SDK names its call in a parameter of its own, which says nothing to S3.
    var parameters =
        Arrays.stream(query.split("&"))
            .map(it -> it.contains("=") ? it.substring(0, it.indexOf('=')) : it)
            .filter(it -> !it.isEmpty() && !it.equals("x-id"))
            .collect(Collectors.toSet());
    boolean copies = request.headers().contains("x-amz-copy-source");
    return new S3Request(
        S3Operation.of(request.method(), bucket, key, parameters, copies), bucket, key);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
