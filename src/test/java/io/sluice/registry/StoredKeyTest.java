package io.sluice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.ulid.Ulid;
import io.sluice.ulid.Ulids;
import io.sluice.upload.DataId;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Every key that is written is understood, and nothing else. */
class StoredKeyTest {
  private static final StoredKey OTHER = new StoredKey.Other();

  @Provide
  Arbitrary<RepositoryName> names() {
    var component = Arbitraries.of("a", "b0", "a-b", "a__b", "a.b", "x".repeat(60));
    return component
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(parts -> new RepositoryName(String.join("/", parts)));
  }

  @Provide
  Arbitrary<Tag> tags() {
    return Arbitraries.of("v1", "_", "-", "a.b-c_d", "A", "x".repeat(128), "sha256-0.sig")
        .filter(text -> !text.startsWith("-"))
        .map(Tag::new);
  }

  @Provide
  Arbitrary<Digest> digests() {
    return Combinators.combine(
            Arbitraries.of(Digest.Algorithm.values()), Arbitraries.strings().ofMaxLength(5))
        .as((alg, text) -> Digest.of(alg, text.getBytes(StandardCharsets.UTF_8)));
  }

  private static final Ulids ULIDS = new Ulids(InstantSource.system());

  @Provide
  Arbitrary<Ulid> ulids() {
    return Arbitraries.create(ULIDS::next);
  }

  /** All forms of keys, with what they say. */
  private static Map<String, StoredKey> keys(
      RepositoryName name, Tag tag, Digest digest, Digest other, Ulid ulid, long size) {
    var data = new DataId(ULIDS.next());
    var links = Layout.links(name, digest);
    var keys = new HashMap<String, StoredKey>();
    keys.put(
        Layout.values(name, tag) + Layout.stamped(ulid, digest),
        new StoredKey.TagValue(name, tag, ulid, digest, false));
    keys.put(
        Layout.values(name, tag) + Layout.stampedFromUpstream(ulid, digest),
        new StoredKey.TagValue(name, tag, ulid, digest, true));
    keys.put(
        Layout.history(name, tag) + Layout.stamped(ulid, digest),
        new StoredKey.FormerValue(name, tag, ulid, digest));
    keys.put(Layout.revisions(name, digest) + ulid, new StoredKey.Revision(name, digest, ulid));
    keys.put(
        links + BlobLink.dataName(ulid, data, size),
        new StoredKey.Link(name, digest, ulid, Optional.of(data), size, false));
    keys.put(
        links + BlobLink.inlineName(ulid, size),
        new StoredKey.Link(name, digest, ulid, Optional.empty(), size, false));
    keys.put(
        links + BlobLink.tentativeName(ulid, data, size),
        new StoredKey.Link(name, digest, ulid, Optional.of(data), size, true));
    keys.put(links + ulid + "-hidden", new StoredKey.Hidden(name, digest, ulid));
    keys.put(links + ulid + "-quarantined", new StoredKey.Quarantined(name, digest, ulid));
    keys.put(
        Layout.revisions(name, digest) + ulid + "-quarantined",
        new StoredKey.Quarantined(name, digest, ulid));
    keys.put(
        Layout.referrers(name, digest) + Layout.stamped(ulid, other),
        new StoredKey.ReferrerEntry(name, digest, ulid, other));
    keys.put(
        Layout.deletions(name) + Layout.stamped(ulid, digest),
        new StoredKey.Deletion(name, ulid, digest));
    keys.put(Layout.pulls(name) + ulid, new StoredKey.Pulls(name, ulid));
    keys.put(data.key(), new StoredKey.Data(data));
    keys.put(
        Layout.sharing(digest) + BlobLink.dataName(ulid, data, size),
        new StoredKey.SharingHint(digest, ulid, data));
    keys.put(Layout.catalog(name), new StoredKey.CatalogEntry(name));
    return keys;
  }

  @Property(tries = 300)
  void whatIsWrittenIsUnderstood(
      @ForAll("names") RepositoryName name,
      @ForAll("tags") Tag tag,
      @ForAll("digests") Digest digest,
      @ForAll("digests") Digest other,
      @ForAll("ulids") Ulid ulid) {
    for (long size : List.of(0L, 1L, Long.MAX_VALUE)) {
      keys(name, tag, digest, other, ulid, size)
          .forEach((key, says) -> assertThat(StoredKey.parse(key)).as(key).isEqualTo(says));
    }
  }

  /** One character more, less, or other: then it is understood only if it is written like that. */
  @Property(tries = 300)
  void aKeyThatIsDamagedIsNotTakenForAnother(
      @ForAll("names") RepositoryName name,
      @ForAll("tags") Tag tag,
      @ForAll("digests") Digest digest,
      @ForAll("ulids") Ulid ulid,
      @ForAll int where,
      @ForAll("characters") String with) {
    for (var key : keys(name, tag, digest, digest, ulid, 12).keySet()) {
      int at = Math.floorMod(where, key.length());
      for (var damaged :
          List.of(
              key.substring(0, at) + with + key.substring(at),
              key.substring(0, at) + with + key.substring(at + 1),
              key.substring(0, at) + key.substring(at + 1),
              key.substring(0, at),
              key.substring(at),
              key + with)) {
        requireOtherOrAsWritten(damaged);
      }
    }
  }

  @Provide
  Arbitrary<String> characters() {
    return Arbitraries.of("/", "!", "-", "_", "0", "+", "a", "A", "~", ".", "//", "/_", "é", "٣");
  }

  private static void requireOtherOrAsWritten(String key) {
    var parsed = StoredKey.parse(key);
    if (!(parsed instanceof StoredKey.Other)) {
      assertThat(asWritten(parsed, key)).as("%s, which is read as %s", key, parsed).isEqualTo(key);
    }
  }

  /** The key that says so; of a hint's size, which it doesn't tell, the one of this key. */
  private static String asWritten(StoredKey key, String like) {
    return switch (key) {
      case StoredKey.TagValue it ->
          Layout.values(it.repository(), it.tag())
              + (it.isFromUpstream()
                  ? Layout.stampedFromUpstream(it.ulid(), it.digest())
                  : Layout.stamped(it.ulid(), it.digest()));
      case StoredKey.FormerValue it ->
          Layout.history(it.repository(), it.tag()) + Layout.stamped(it.ulid(), it.digest());
      case StoredKey.Revision it -> Layout.revisions(it.repository(), it.digest()) + it.ulid();
      case StoredKey.Link it -> Layout.links(it.repository(), it.digest()) + nameOf(it);
      case StoredKey.Hidden it ->
          Layout.links(it.repository(), it.digest()) + it.link() + "-hidden";
      case StoredKey.Quarantined it ->
          (like.contains("_blobs")
                  ? Layout.links(it.repository(), it.digest())
                  : Layout.revisions(it.repository(), it.digest()))
              + it.ulid()
              + "-quarantined";
      case StoredKey.ReferrerEntry it ->
          Layout.referrers(it.repository(), it.subject())
              + Layout.stamped(it.ulid(), it.referrer());
      case StoredKey.Deletion it ->
          Layout.deletions(it.repository()) + Layout.stamped(it.ulid(), it.digest());
      case StoredKey.Pulls it -> Layout.pulls(it.repository()) + it.ulid();
      case StoredKey.Data it -> it.id().key();
      case StoredKey.SharingHint it ->
          Layout.sharing(it.digest())
              + BlobLink.dataName(
                  it.ulid(), it.data(), Long.parseLong(like.substring(like.lastIndexOf('-') + 1)));
      case StoredKey.CatalogEntry it -> Layout.catalog(it.repository());
      case StoredKey.Other _ -> like;
    };
  }

  private static String nameOf(StoredKey.Link link) {
    if (link.tentative()) {
      return BlobLink.tentativeName(link.ulid(), link.data().orElseThrow(), link.size());
    }
    return link.data()
        .map(data -> BlobLink.dataName(link.ulid(), data, link.size()))
        .orElseGet(() -> BlobLink.inlineName(link.ulid(), link.size()));
  }

  @Property
  void noTextIsTooStrange(@ForAll String text) {
    requireOtherOrAsWritten(text);
  }

  @Property
  void noComponentsAreTooStrange(@ForAll("components") List<String> components) {
    requireOtherOrAsWritten(String.join("/", components));
  }

  @Provide
  Arbitrary<List<String>> components() {
    return Arbitraries.of(
            "repos",
            "data",
            "digests",
            "catalog",
            "gc",
            "a",
            "_tags",
            "_history",
            "_manifests",
            "_blobs",
            "_referrers",
            "_deletions",
            "_pulls",
            "sha256",
            "sha512",
            "v1!",
            "!",
            "",
            "-",
            "0".repeat(64),
            "0".repeat(26),
            "0".repeat(26) + "-hidden",
            "00",
            "0".repeat(26) + "-sha256-" + "0".repeat(64),
            "0".repeat(26) + "-inline-5",
            "a!")
        .list()
        .ofMaxSize(7);
  }

  @Example
  void theLongestNameIsNotClosedInTheCatalog() {
    var longest = new RepositoryName("a".repeat(RepositoryName.MAX_LENGTH));

    assertThat(StoredKey.parse("catalog/" + longest))
        .isEqualTo(new StoredKey.CatalogEntry(longest));
    assertThat(StoredKey.parse("catalog/" + longest + "!")).isEqualTo(OTHER);
    assertThat(StoredKey.parse("catalog/a")).isEqualTo(OTHER);
  }

  @Example
  void whatBelongsToOthersIsOther() {
    for (var key :
        List.of(
            "format.json",
            "apikeys/YQ/x/key-y",
            "gc/released/" + "0".repeat(26),
            "gc/policies/x",
            "probe/x",
            "uploads/x",
            "repos/a/_new/x")) {
      assertThat(StoredKey.parse(key)).as(key).isEqualTo(OTHER);
    }
  }
}
