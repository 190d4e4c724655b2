package io.sluice.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice restore}. */
@Command(
    name = "restore",
    description = {
      "Gives a tag back what it named before it was moved, deleted, or removed by a policy; or lists that.",
      "An image is kept for sluice.retention.undo after its last tag has left it. Whoever may push the tag may do this.",
      "The password is that of the environment variable SLUICE_PASSWORD, or is asked for."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was done",
      "1:there is nothing to restore, or the registry refuses",
      "2:it was called wrongly"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice restore team/app:1.4 --url https://registry.example.com --user ann",
      "  sluice restore --list team/app --url http://localhost:5000",
      "  sluice restore team/app:1.4@sha256:0b4f… --url http://localhost:5000"
    })
final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "REPOSITORY:TAG[@DIGEST]",
      description =
          "The tag, and what it shall name. Without a digest, the newest that it named and doesn't"
              + " name now. With --list, the tag may be left out.")
  private String image = "";

  @Option(
      names = "--url",
      paramLabel = "URL",
      required = true,
      description = "The registry, as in http://localhost:5000")
  private String url = "";

  @Option(names = "--user", paramLabel = "NAME", description = "Who asks.")
  private @Nullable String user;

  @Option(names = "--insecure", description = "Accept any certificate.")
  private boolean insecure;

  @Option(names = "--list", description = "Tell what the tag, or every tag, named before.")
  private boolean list;

  private record Image(RepositoryName repository, Optional<Tag> tag, Optional<Digest> digest) {
    static Image parse(String text) {
      int at = text.indexOf('@');
      var digest =
          at < 0 ? Optional.<Digest>empty() : Optional.of(Digest.parse(text.substring(at + 1)));
      var name = at < 0 ? text : text.substring(0, at);
      int colon = name.lastIndexOf(':');
      return new Image(
          RepositoryName.parse(colon < 0 ? name : name.substring(0, colon)),
          colon < 0 ? Optional.empty() : Optional.of(Tag.parse(name.substring(colon + 1))),
          digest);
    }
  }

  @Override
  public Integer call() {
    var wanted = image();
    try (var api = AdminApi.of(url, user, insecure)) {
      var out = spec.commandLine().getOut();
      if (list) {
        list(api, wanted, out);
      } else {
        restore(api, wanted, out);
      }
      out.flush();
      return 0;
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private Image image() {
    try {
      var parsed = Image.parse(image);
      if (parsed.tag.isEmpty() && !list) {
        throw wrong("which tag? REPOSITORY:TAG, found " + image);
      }
      if (parsed.digest.isPresent() && list) {
        throw wrong("--list takes REPOSITORY[:TAG], found " + image);
      }
      return parsed;
    } catch (RegistryException e) {
      throw wrong(image + ": " + e.error().message());
    }
  }

  private static void restore(AdminApi api, Image wanted, PrintWriter out) {
    var body = JsonNodeFactory.instance.objectNode();
    body.put("repository", wanted.repository.value());
    wanted.tag.ifPresent(tag -> body.put("tag", tag.value()));
    wanted.digest.ifPresent(digest -> body.put("digest", digest.toString()));
    var restored = api.post("/v2/_sluice/restore", Optional.of(body.toString()));
    out.printf(
        "%s:%s names %s again%n",
        restored.path("repository").asText(),
        restored.path("tag").asText(),
        restored.path("digest").asText());
  }

  private static void list(AdminApi api, Image wanted, PrintWriter out) {
    var path = "/v2/_sluice/history/" + wanted.repository;
    var query = wanted.tag.map(tag -> "?tag=" + tag).orElse("");
    out.printf("%-24s %-20s %-20s %-10s %s%n", "TAG", "SINCE", "UNTIL", "RESTORABLE", "DIGEST");
    while (true) {
      var page = api.get(path + query);
      var last = "";
      for (var tag : page.path("tags")) {
        last = tag.path("tag").asText();
        for (var former : tag.path("former")) {
          out.printf(
              "%-24s %-20.19s %-20.19s %-10s %s%n",
              last,
              former.path("since").asText(),
              former.path("until").asText(),
              former.path("restorable").asBoolean() ? "yes" : "no",
              former.path("digest").asText());
        }
      }
      if (!page.path("more").asBoolean() || last.isEmpty()) {
        return;
      }
      query = "?last=" + last;
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
