package io.sluice.api;

import io.netty.handler.codec.http.QueryStringEncoder;
import io.sluice.config.AccessControlConfig.Action;
import io.sluice.oci.Digest;
import io.sluice.oci.MediaTypes;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.ListRepositories;
import io.sluice.registry.Commands.ListTags;
import io.sluice.registry.Commands.Page;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The lists: tags, repositories, referrers, extensions. */
final class Lists {
  /**
   * A page where the client asks for none, or for a larger one; the rest is behind the {@code
   * Link}.
   */
  private static final int MAX_PAGE = 10_000;

  /** So much of the catalog is read at once for a client that may not see all of it. */
  private static final int FURTHER_LOOK = 1000;

  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

  private Lists() {}

  static Future<Void> tags(Exchange exchange, RepositoryName repository) {
    int limit = limit(exchange);
    var last = exchange.parameter("last").filter(text -> !text.isEmpty()).map(Tag::parse);
    return exchange
        .inForce()
        .pull()
        .upstreamTags(exchange, repository)
        .compose(upstream -> page(exchange, repository, last, limit, upstream))
        .compose(
            page -> {
              if (page.more() && limit > 0) {
                link(
                    exchange,
                    "/v2/" + repository + "/tags/list",
                    limit,
                    page.items().getLast().value());
              }
              var tags = new JsonArray();
              page.items().forEach(tag -> tags.add(tag.value()));
              return json(
                  exchange, new JsonObject().put("name", repository.value()).put("tags", tags));
            });
  }

  /**
   * A page of the tags here and of those of an upstream.
   *
   * @param upstream in lexical order
   */
  private static Future<Page<Tag>> page(
      Exchange exchange,
      RepositoryName repository,
      Optional<Tag> last,
      int limit,
      List<Tag> upstream) {
    var here = exchange.ask(new ListTags(repository, last, limit));
    if (upstream.isEmpty()) {
      return here;
    }
    return here.recover(Lists::emptyIfUnknown)
        .map(
            page -> {
              var all = new TreeSet<Tag>(page.items());
              upstream.stream()
                  .filter(tag -> last.isEmpty() || tag.compareTo(last.get()) > 0)
                  .limit(limit + 1L)
                  .forEach(all::add);
              boolean more = page.more() || all.size() > limit;
              return new Page<>(all.stream().limit(limit).toList(), more);
            });
  }

  /** A repository of which nothing was fetched yet. */
  private static Future<Page<Tag>> emptyIfUnknown(Throwable cause) {
    return RegistryException.says(cause, RegistryError.NameUnknown.class)
        ? Future.succeededFuture(new Page<>(List.of(), false))
        : Future.failedFuture(cause);
  }

  static Future<Void> repositories(Exchange exchange) {
    int limit = limit(exchange);
    var last =
        exchange.parameter("last").filter(text -> !text.isEmpty()).map(RepositoryName::parse);
    return readable(exchange, last, limit + 1, limit + 1, new ArrayList<>())
        .compose(
            found -> {
              var page = found.size() > limit ? found.subList(0, limit) : found;
              if (page.size() < found.size() && limit > 0) {
                link(exchange, "/v2/_catalog", limit, page.getLast().value());
              }
              var names = new JsonArray();
              page.forEach(name -> names.add(name.value()));
              return json(exchange, new JsonObject().put("repositories", names));
            });
  }

  /**
   * Repositories that the caller may read, until there are so many or no more. What they may not is
   * not even counted: neither the length of a page nor its link tells of it.
   */
  private static Future<List<RepositoryName>> readable(
      Exchange exchange,
      Optional<RepositoryName> last,
      int look,
      int wanted,
      List<RepositoryName> found) {
    return exchange
        .ask(new ListRepositories(last, look))
        .compose(
            page -> {
              page.items().stream()
                  .filter(name -> exchange.may(Action.READ, name))
                  .limit(wanted - found.size())
                  .forEach(found::add);
              return page.more() && found.size() < wanted
                  ? readable(
                      exchange, Optional.of(page.items().getLast()), FURTHER_LOOK, wanted, found)
                  : Future.succeededFuture(found);
            });
  }

  static Future<Void> referrers(Exchange exchange, RepositoryName repository, Digest subject) {
    var filter = exchange.parameter("artifactType").filter(text -> !text.isEmpty());
    return exchange
        .inForce()
        .pull()
        .referrers(exchange, repository, subject)
        .compose(
            all -> {
              var manifests = new JsonArray();
              all.stream()
                  .filter(it -> filter.isEmpty() || it.artifactType().equals(filter))
                  .forEach(it -> manifests.add(new JsonObject(it.toJson().toString())));
              if (filter.isPresent()) {
                exchange.response().putHeader(Headers.OCI_FILTERS, "artifactType");
              }
              var index =
                  new JsonObject()
                      .put("schemaVersion", 2)
                      .put("mediaType", MediaTypes.OCI_INDEX)
                      .put("manifests", manifests);
              return exchange.end(200, MediaTypes.OCI_INDEX, index.toBuffer());
            });
  }

  /** No extension is served by this version. */
  static Future<Void> extensions(Exchange exchange) {
    return json(exchange, new JsonObject().put("extensions", new JsonArray(List.of())));
  }

  private static Future<Void> json(Exchange exchange, JsonObject json) {
    return exchange.end(200, Headers.JSON, json.toBuffer());
  }

  private static int limit(Exchange exchange) {
    Optional<String> n = exchange.parameter("n");
    if (n.isEmpty()) {
      return MAX_PAGE;
    }
    if (!NUMBER.matcher(n.get()).matches() || exchange.parameters("n").size() > 1) {
      throw new RegistryException(
          new RegistryError.RequestInvalid("n", n.get(), "a whole number from 0 on, once"));
    }
    return Math.min(Integer.parseInt(n.get()), MAX_PAGE);
  }

  private static void link(Exchange exchange, String path, int limit, String last) {
    var next = new QueryStringEncoder(path);
    next.addParam("n", Integer.toString(limit));
    next.addParam("last", last);
    exchange.response().putHeader(Headers.LINK, "<" + next + ">; rel=\"next\"");
  }
}
