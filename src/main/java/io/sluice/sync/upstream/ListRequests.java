package io.sluice.sync.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.sluice.oci.MediaTypes;
import io.sluice.oci.RegistryException;
import io.sluice.oci.Tag;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** What is asked for lists: page after page, within bounds. Confined to one context. */
final class ListRequests {
  private static final int MOST_BYTES = 4 << 20;
  private static final int MOST_PAGES = 1_000;
  private static final int MOST_ENTRIES = 100_000;
  private static final int MOST_REFERRERS = 1_000;
  private static final Pattern NEXT =
      Pattern.compile("<([^>]*)>\\s*;[^,]*\\brel=\"?next\\b", Pattern.CASE_INSENSITIVE);

  private ListRequests() {}

  static Future<List<Tag>> tags(UpstreamHost host, String repository) {
    return host.repository(repository)
        .compose(
            name ->
                new Pages<>(host, MOST_ENTRIES, body -> names(body, "tags", ListRequests::tag))
                    .from(Ask.of(HttpMethod.GET, name, "/tags/list?n=1000", "list of tags")));
  }

  static Future<List<String>> catalog(UpstreamHost host) {
    return new Pages<>(host, MOST_ENTRIES, body -> names(body, "repositories", Optional::of))
        .from(
            new Ask(
                HttpMethod.GET,
                "/v2/_catalog?n=1000",
                "registry:catalog:*",
                MultiMap.caseInsensitiveMultiMap(),
                "catalog",
                Ask.NO_SUCH_ENDPOINT));
  }

  /** By the API; fails with NOT_FOUND where there is none. */
  static Future<List<Descriptor>> referrers(UpstreamHost host, String repository, Digest subject) {
    return host.repository(repository)
        .compose(
            name ->
                new Pages<>(host, MOST_REFERRERS, ListRequests::descriptors)
                    .from(
                        Ask.of(HttpMethod.GET, name, "/referrers/" + subject, "list of referrers")
                            .with(HttpHeaders.ACCEPT, MediaTypes.OCI_INDEX)
                            .absentBy(Ask.NO_SUCH_ENDPOINT)));
  }

  /** What an index lists; empty if it is none. */
  static Optional<List<Descriptor>> descriptors(Buffer index) {
    if (Json.object(index).filter(it -> it.path("manifests").isNull()).isPresent()) {
      return Optional.of(List.of());
    }
    try {
      return Optional.of(Manifest.parse(index.getBytes(), MediaTypes.OCI_INDEX).children());
    } catch (RegistryException _) {
      return Optional.empty();
    }
  }

  private static <T> Optional<List<T>> names(
      Buffer body, String key, Function<String, Optional<T>> read) {
    return Json.object(body)
        .map(json -> json.path(key))
        .filter(list -> list.isArray() || list.isNull())
        .map(list -> read(list, read));
  }

  private static <T> List<T> read(JsonNode list, Function<String, Optional<T>> read) {
    var all = new ArrayList<T>(list.size());
    for (var entry : list) {
      read.apply(entry.asText()).ifPresent(all::add);
    }
    return all;
  }

  /** What is no tag can't be asked for, and is left out. */
  private static Optional<Tag> tag(String text) {
    try {
      return Optional.of(Tag.parse(text));
    } catch (RegistryException _) {
      return Optional.empty();
    }
  }

  /** All pages of one list, as {@code Link} leads from one to the next. */
  private static final class Pages<T> {
    private final UpstreamHost host;
    private final int most;
    private final Function<Buffer, Optional<List<T>>> read;
    private final List<T> all = new ArrayList<>();
    private int pages;

    Pages(UpstreamHost host, int most, Function<Buffer, Optional<List<T>>> read) {
      this.host = host;
      this.most = most;
      this.read = read;
    }

    Future<List<T>> from(Ask ask) {
      return host.ask(ask, answer -> page(ask, answer))
          .compose(
              next -> next.isEmpty() ? Future.succeededFuture(List.copyOf(all)) : from(next.get()));
    }

    private Future<Optional<Ask>> page(Ask ask, Answer answer) {
      if (ManifestRequests.isPage(answer) || answer.isEncoded()) {
        answer.drop();
        return Future.failedFuture(lying("sends a web page for the " + ask.what()));
      }
      return answer.read(MOST_BYTES, read).compose(entries -> take(ask, answer, entries));
    }

    private Future<Optional<Ask>> take(Ask ask, Answer answer, Optional<List<T>> entries) {
      if (entries.isEmpty()) {
        return Future.failedFuture(lying("sends something that is no " + ask.what()));
      }
      all.addAll(entries.get());
      if (all.size() > most || ++pages > MOST_PAGES) {
        return Future.failedFuture(lying("has more in the " + ask.what() + " than can be right"));
      }
      return next(ask, answer);
    }

    private Future<Optional<Ask>> next(Ask ask, Answer answer) {
      var link = NEXT.matcher(String.join(",", answer.allOf("Link")));
      if (!link.find()) {
        return Future.succeededFuture(Optional.empty());
      }
      var target = host.ownTarget(answer.from(), link.group(1));
      return target.isEmpty() || target.get().equals(ask.target())
          ? Future.failedFuture(lying("does not go on with the " + ask.what() + " at itself"))
          : Future.succeededFuture(Optional.of(ask.at(target.get())));
    }

    private UpstreamFailure lying(String reason) {
      return host.failures().lying(reason);
    }
  }
}
