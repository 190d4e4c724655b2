package io.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.oci.Digest;
import io.sluice.process.SoakNode.Lost;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** What a client of the soak test asks of the registries: of any of them, each time. */
final class SoakClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] NOTHING = new byte[0];
  private static final int MOST_PUSHES = 4;

  private final List<SoakNode> nodes;
  private final Random random;
  private final SoakBook book;
  private final SoakCounts counts;

  SoakClient(List<SoakNode> nodes, Random random, SoakBook book, SoakCounts counts) {
    this.nodes = nodes;
    this.random = random;
    this.book = book;
    this.counts = counts;
  }

  /** Any, but seldom one that is known to stand still, as behind a load balancer. */
  SoakNode node() {
    var node = nodes.get(random.nextInt(nodes.size()));
    if (node.isWell() || random.nextInt(50) == 0) {
      return node;
    }
    return nodes.stream().filter(SoakNode::isWell).findFirst().orElse(node);
  }

  /**
   * Pushes all that an image consists of, then the image under its tag, and writes down what came
   * of it.
   *
   * @param from a repository that may have its blobs
   */
  void pushTag(SoakBook.Tag tag, String from, SoakImage image) throws Lost, InterruptedException {
    push(tag.repository, from, image, Optional.of(tag));
  }

  /** The same without a tag; answers whether it is there now. */
  boolean pushUntagged(String repository, String from, SoakImage image)
      throws Lost, InterruptedException {
    return push(repository, from, image, Optional.empty());
  }

  private boolean push(String repository, String from, SoakImage image, Optional<SoakBook.Tag> tag)
      throws Lost, InterruptedException {
    boolean trusting = random.nextInt(10) > 0;
    for (int i = 0; i < MOST_PUSHES; i++) {
      for (var child : image.children()) {
        if (!pushUntagged(repository, from, child)) {
          return false;
        }
      }
      for (var blob : image.blobs()) {
        pushBlob(repository, from, blob, trusting);
      }
      if (putManifest(repository, image, tag)) {
        counts.add("pushes");
        return true;
      }
      // Somebody has deleted a blob, or it went just when HEAD had said that it was there.
      counts.add(
          trusting ? "pushes of which a part had gone" : "pushes of which a part went meanwhile");
      trusting = false;
    }
    return false;
  }

  private boolean putManifest(String repository, SoakImage image, Optional<SoakBook.Tag> tag)
      throws Lost, InterruptedException {
    var attempt = tag.map(it -> book.push(it, image));
    var reference = tag.map(it -> it.name).orElse(image.digest().toString());
    HttpResponse<byte[]> answer;
    try {
      answer =
          node()
              .send(
                  "PUT",
                  manifest(repository, reference),
                  image.bytes(),
                  "Content-Type",
                  image.mediaType());
    } catch (Lost e) {
      attempt.ifPresent(SoakBook.Push::lost);
      throw e;
    }
    if (answer.statusCode() == 201) {
      attempt.ifPresent(SoakBook.Push::succeeded);
      return true;
    }
    attempt.ifPresent(SoakBook.Push::refused);
    require(answer, 404);
    assertThat(text(answer)).contains("MANIFEST_BLOB_UNKNOWN");
    return false;
  }

  private void pushBlob(String repository, String from, SoakImage.Blob blob, boolean trusting)
      throws Lost, InterruptedException {
    var folder = "/v2/" + repository + "/blobs/";
    if (trusting && node().send("HEAD", folder + blob.digest(), NOTHING).statusCode() == 200) {
      counts.add("blobs skipped");
      return;
    }
    // An upload is one registry's until it is parked.
    var node = node();
    boolean mounting = !from.equals(repository) && random.nextBoolean();
    var begun =
        node.send(
            "POST",
            folder + "uploads/" + (mounting ? "?mount=" + blob.digest() + "&from=" + from : ""),
            NOTHING);
    if (begun.statusCode() == 201) {
      counts.add("blobs mounted");
      return;
    }
    require(begun, 202);
    var upload = begun.headers().firstValue("Location").orElseThrow();
    var content = blob.bytes();
    var finish = upload + (upload.contains("?") ? "&" : "?") + "digest=" + blob.digest();
    if (random.nextBoolean()) {
      require(node.send("PATCH", upload, content), 202);
      require(node.send("PUT", finish, NOTHING), 201);
    } else {
      require(node.send("PUT", finish, content), 201);
    }
    counts.add("blobs uploaded");
  }

  /** Pulls what a tag names now, and compares it with what is known. */
  void check(SoakBook.Tag tag) throws Lost, InterruptedException {
    check(tag, node());
  }

  void check(SoakBook.Tag tag, SoakNode node) throws Lost, InterruptedException {
    var answer = node.send("GET", manifest(tag.repository, tag.name), NOTHING);
    var expected = book.expectation(tag);
    if (answer.statusCode() == 404) {
      assertThat(expected.possible())
          .as("%s is not there, but nobody has deleted it", tag)
          .contains(Optional.empty());
      counts.add("tags that are gone");
      return;
    }
    require(answer, 200);
    var digest = Digest.sha256(answer.body());
    var image =
        expected.possible().stream()
            .flatMap(Optional::stream)
            .filter(it -> it.digest().equals(digest))
            .findFirst();
    assertThat(image).as("%s names %s, which it shouldn't: %s", tag, digest, expected).isPresent();
    // Has it been deleted meanwhile, its parts may have been as well.
    pull(tag, node, image.orElseThrow());
    for (var referrer : expected.referrers()) {
      checkReferrer(tag, node, image.orElseThrow(), referrer);
    }
    counts.add("images pulled and verified");
  }

  private void pull(SoakBook.Tag tag, SoakNode node, SoakImage image)
      throws Lost, InterruptedException {
    for (var child : image.children()) {
      var answer = node.send("GET", manifest(tag.repository, child.digest().toString()), NOTHING);
      if (requireThere(tag, answer, "its child " + child.digest())) {
        assertThat(Digest.sha256(answer.body())).isEqualTo(child.digest());
        pull(tag, node, child);
      }
    }
    for (var blob : image.blobs()) {
      var answer = node.send("GET", "/v2/" + tag.repository + "/blobs/" + blob.digest(), NOTHING);
      if (requireThere(tag, answer, "its blob " + blob)) {
        assertThat(Digest.sha256(answer.body())).as("%s of %s", blob, tag).isEqualTo(blob.digest());
      }
    }
  }

  private void checkReferrer(SoakBook.Tag tag, SoakNode node, SoakImage image, SoakImage referrer)
      throws Lost, InterruptedException {
    var list = node.send("GET", "/v2/" + tag.repository + "/referrers/" + image.digest(), NOTHING);
    require(list, 200);
    if (text(list).contains(referrer.digest().toString())) {
      pull(tag, node, referrer);
    } else {
      requireMayBeGone(tag, "its referrer " + referrer.digest());
    }
  }

  /** What may have gone since the tag was looked at isn't missed. */
  private boolean requireThere(SoakBook.Tag tag, HttpResponse<byte[]> answer, String what) {
    if (answer.statusCode() != 404) {
      require(answer, 200);
      return true;
    }
    requireMayBeGone(tag, what);
    return false;
  }

  private void requireMayBeGone(SoakBook.Tag tag, String what) {
    assertThat(book.expectation(tag).possible())
        .as("%s is there, but not %s", tag, what)
        .contains(Optional.empty());
  }

  HttpResponse<byte[]> delete(String repository, Object reference)
      throws Lost, InterruptedException {
    return node().send("DELETE", manifest(repository, reference), NOTHING);
  }

  HttpResponse<byte[]> deleteBlob(String repository, Digest blob)
      throws Lost, InterruptedException {
    return node().send("DELETE", "/v2/" + repository + "/blobs/" + blob, NOTHING);
  }

  HttpResponse<byte[]> restore(SoakBook.Tag tag, SoakImage image)
      throws Lost, InterruptedException {
    var asked =
        "{\"repository\":\"%s\",\"tag\":\"%s\",\"digest\":\"%s\"}"
            .formatted(tag.repository, tag.name, image.digest());
    return node().send("POST", "/v2/_sluice/restore", asked.getBytes(StandardCharsets.UTF_8));
  }

  private static String manifest(String repository, Object reference) {
    return "/v2/" + repository + "/manifests/" + reference;
  }

  static void require(HttpResponse<byte[]> answer, int... statuses) {
    assertThat(statuses)
        .as(
            "%s %s: %d %s",
            answer.request().method(), answer.uri(), answer.statusCode(), text(answer))
        .contains(answer.statusCode());
  }

  static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
    require(answer, 200);
    return JSON.readTree(answer.body());
  }
}
