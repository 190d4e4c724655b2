package io.sluice.testkit.upstream;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Answers requests from the stock, as far as the script lets it. */
final class Endpoints {
  private static final Pattern PATH =
      Pattern.compile("/v2/(.+)/(manifests|blobs|referrers|tags)/([^/]+)");
  private static final Pattern CDN = Pattern.compile("/cdn/([^/]+)");
  private static final String PAGE = "<!DOCTYPE html><title>Welcome</title><p>All is well.";
  private static final String NO_DIGEST = "sha256:" + "0".repeat(64);

  private final Stock stock;
  private final Script script;
  volatile Guard guard = new Guard.Open();
  volatile Optional<String> blobsAreAt = Optional.empty();
  volatile Optional<String> manifestsAreAt = Optional.empty();
  volatile int pageSize = 1_000;

  Endpoints(Stock stock, Script script) {
    this.stock = stock;
    this.script = script;
  }

  void answer(HttpServerRequest request) {
    var path = PATH.matcher(request.path());
    var cdn = CDN.matcher(request.path());
    if (script.is(Mood.WEB_PAGES)) {
      request.response().putHeader("Content-Type", "text/html; charset=utf-8").end(PAGE);
    } else if (cdn.matches()) {
      blob(request, cdn.group(1));
    } else if (request.path().equals("/v2/")) {
      ifAllowed(request, "", () -> request.response().end("{}"));
    } else if (request.path().equals("/v2/_catalog")) {
      ifAllowed(request, "registry:catalog:*", () -> catalog(request));
    } else if (path.matches()) {
      ifAllowed(
          request,
          "repository:" + path.group(1) + ":pull",
          () -> inRepository(request, path.group(1), path.group(2), path.group(3)));
    } else {
      refuse(request, 404);
    }
  }

  private void ifAllowed(HttpServerRequest request, String scope, Runnable action) {
    var challenge = guard.challenge(request, scope);
    if (challenge.isPresent()) {
      request.response().putHeader("WWW-Authenticate", challenge.get());
      refuse(request, 401);
    } else {
      action.run();
    }
  }

  private void inRepository(
      HttpServerRequest request, String repository, String what, String which) {
    switch (what) {
      case "manifests" -> manifest(request, repository, which);
      case "blobs" -> registryBlob(request, which);
      case "tags" -> tags(request, repository);
      default -> referrers(request, repository, which);
    }
  }

  private void manifest(HttpServerRequest request, String repository, String reference) {
    var image = stock.manifest(repository, reference);
    if (image.isEmpty()) {
      refuse(request, 404);
      return;
    }
    if (manifestsAreAt.isPresent()) {
      redirect(request, manifestsAreAt.get() + request.uri());
      return;
    }
    var response = request.response().putHeader("Content-Type", image.get().mediaType());
    if (script.is(Mood.WRONG_DIGEST_HEADER)) {
      response.putHeader("Docker-Content-Digest", NO_DIGEST);
    } else if (!script.is(Mood.WITHOUT_DIGEST_HEADER)) {
      response.putHeader("Docker-Content-Digest", image.get().digest().toString());
    }
    if (script.is(Mood.GZIP)) {
      response.putHeader("Content-Encoding", "gzip");
    }
    var bytes = Buffer.buffer(image.get().manifest().bytes());
    if (script.is(Mood.OTHER_BYTES)) {
      bytes.setByte(bytes.length() - 1, (byte) ' ').setByte(bytes.length() - 2, (byte) '}');
    }
    if (request.method().equals(HttpMethod.HEAD)) {
      response.putHeader("Content-Length", Integer.toString(bytes.length())).end();
    } else {
      response.end(bytes);
    }
  }

  private void registryBlob(HttpServerRequest request, String digest) {
    if (blobsAreAt.isPresent() && stock.blob(digest).isPresent()) {
      redirect(request, blobsAreAt.get() + "/cdn/" + digest + "?signature=secret");
    } else {
      blob(request, digest);
    }
  }

  private void blob(HttpServerRequest request, String digest) {
    stock
        .blob(digest)
        .ifPresentOrElse(
            blob -> new BlobAnswer(script, request, blob).send(), () -> refuse(request, 404));
  }

  private void tags(HttpServerRequest request, String repository) {
    if (stock.has(repository)) {
      list(request, new JsonObject().put("name", repository), "tags", stock.tags(repository));
    } else {
      refuse(request, 404);
    }
  }

  private void catalog(HttpServerRequest request) {
    if (script.is(Mood.WITHOUT_CATALOG)) {
      refuse(request, 404);
    } else {
      list(request, new JsonObject(), "repositories", stock.repositories());
    }
  }

  private void list(HttpServerRequest request, JsonObject json, String key, List<String> all) {
    var last = request.getParam("last");
    var rest = all.stream().filter(it -> last == null || it.compareTo(last) > 0).toList();
    var page = new ArrayList<>(rest.subList(0, Math.min(pageSize, rest.size())));
    if (script.is(Mood.ENDLESS_LISTS)) {
      page = new ArrayList<>(List.of(last == null ? "a0" : "a" + (Integer.parseInt(last) + 1)));
      var next = last == null ? 0 : Integer.parseInt(last) + 1;
      link(request, request.path() + "?last=" + next);
    } else if (script.is(Mood.LISTS_GO_ELSEWHERE)) {
      link(request, "https://registry.elsewhere.test" + request.path());
    } else if (rest.size() > pageSize) {
      link(request, request.path() + "?n=" + pageSize + "&last=" + page.getLast());
    }
    request
        .response()
        .putHeader("Content-Type", "application/json")
        .end(json.put(key, new JsonArray(page)).encode());
  }

  private static void link(HttpServerRequest request, String target) {
    request.response().putHeader("Link", "<" + target + ">; rel=\"next\"");
  }

  private void referrers(HttpServerRequest request, String repository, String subject) {
    if (script.is(Mood.WITHOUT_REFERRERS)) {
      refuse(request, 404);
      return;
    }
    var index = referrersIndex(stock.referrers(repository, subject));
    request.response().putHeader("Content-Type", index.getString("mediaType")).end(index.encode());
  }

  private static JsonObject referrersIndex(List<RemoteImage> referrers) {
    return RemoteImage.head("index")
        .put("manifests", new JsonArray(referrers.stream().map(RemoteImage::asReferrer).toList()));
  }

  static void redirect(HttpServerRequest request, String location) {
    request.response().setStatusCode(307).putHeader("Location", location).end();
  }

  static void refuse(HttpServerRequest request, int status) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end("{\"errors\":[{\"code\":\"SCRIPTED\",\"message\":\"status " + status + "\"}]}");
  }
}
