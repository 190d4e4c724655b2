package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Blob;
import io.sluice.registry.TestImages.Image;
import io.sluice.store.memory.SimulatedStore;
import io.sluice.store.memory.SimulatedStore.Actor;
import io.sluice.store.memory.SimulatedStore.Weather;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What clients may do who push. */
class TagRightsTest extends OnARegistry {
  private static final Image A = image(small(1));
  private static final Image B = image(small(2));
  private static final Tag V1 = new Tag("v1");

  private Future<Boolean> pushing(
      TestRegistry at, Image image, Reference reference, TagRights rights) {
    return at.parts
        .manifests
        .put(image.put(APP, reference, rights))
        .map(true)
        .recover(
            cause ->
                cause instanceof RegistryException e && e.error() instanceof RegistryError.Denied
                    ? Future.succeededFuture(false)
                    : Future.failedFuture(cause));
  }

  /** Whether a push is allowed; if it isn't, nothing may have been written. */
  private boolean push(Image image, Reference reference, TagRights rights) {
    registry.upload(APP, image.blobs().toArray(Blob[]::new));
    var before = objects.keys();
    boolean allowed = await(() -> pushing(registry, image, reference, rights));
    if (!allowed) {
      assertThat(objects.keys()).as("nothing is written").isEqualTo(before);
    }
    return allowed;
  }

  @Test
  void whoMayCreateMakesNewTagsAndPushesByDigest() {
    assertThat(push(A, V1, TagRights.CREATE)).isTrue();
    assertThat(push(B, B.digest(), TagRights.CREATE)).isTrue();

    assertThat(push(B, V1, TagRights.CREATE)).isFalse();
    assertThat(registry.tag(APP, V1)).contains(A.digest());
  }

  @Test
  void whoMayUpdateMovesTagsThatAreThereAndMakesNone() {
    push(A, V1, TagRights.BOTH);

    assertThat(push(B, V1, TagRights.UPDATE)).isTrue();
    assertThat(push(B, new Tag("v2"), TagRights.UPDATE)).isFalse();
    assertThat(push(A, A.digest(), TagRights.UPDATE)).isFalse();
    assertThat(registry.tag(APP, V1)).contains(B.digest());
  }

  @Test
  void whatATagNamesAlreadyIsPushedAgainWithEitherRight() {
    push(A, V1, TagRights.CREATE);

    assertThat(push(A, V1, TagRights.CREATE)).isTrue();
    assertThat(push(A, V1, TagRights.UPDATE)).isTrue();
    assertThat(registry.names(Layout.values(APP, V1))).hasSize(1);
  }

  @Test
  void latestIsMovedWithTheRightToCreate() {
    assertThat(push(A, LATEST, TagRights.CREATE)).isTrue();
    assertThat(push(B, LATEST, TagRights.CREATE)).isTrue();
    assertThat(registry.tag(APP, LATEST)).contains(B.digest());

    assertThat(push(A, LATEST, TagRights.UPDATE)).as("as in Zot").isFalse();
  }

  @Test
  void aPushOfSeveralTagsIsAllowedWhenEachIs() {
    push(A, V1, TagRights.BOTH);
    registry.upload(APP, B.blobs().toArray(Blob[]::new));
    var several =
        new Commands.PutManifest(
            APP,
            B.digest(),
            B.mediaType(),
            B.bytes(),
            List.of(new Tag("v2"), V1),
            "somebody",
            TagRights.CREATE);
    var before = objects.keys();

    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> await(() -> registry.parts.manifests.put(several))))
        .satisfies(e -> assertThat(error(e)).isInstanceOf(RegistryError.Denied.class));

    assertThat(objects.keys()).isEqualTo(before);
  }

  /** What was seen a second ago must not decide who may do what. */
  @Test
  void aTagThatAnotherRegistryDeletedOrMadeIsJudgedAsItIsNow() {
    push(A, V1, TagRights.BOTH);
    registry.tag(APP, V1);
    await(() -> replica().parts.tags.delete(APP, V1));
    assertThat(push(B, V1, TagRights.UPDATE)).isFalse();
    assertThat(push(B, V1, TagRights.CREATE)).isTrue();
  }

  @Test
  void ofTwoAtOnceInOneProcessTheFirstSucceeds() {
    registry.upload(APP, A.blobs().getFirst(), B.blobs().getFirst());

    var allowed =
        await(
            () -> {
              var first = pushing(registry, A, V1, TagRights.CREATE);
              var second = pushing(registry, B, V1, TagRights.CREATE);
              return Future.all(first, second).map(_ -> List.of(first.result(), second.result()));
            });

    assertThat(allowed).containsExactlyInAnyOrder(true, false);
    assertThat(registry.tag(APP, V1)).contains(allowed.getFirst() ? A.digest() : B.digest());
  }

  /** The other may do all, and comes at whatever place. */
  @Test
  void whoMayOnlyCreateNeverOverwritesWhatCameBetween() {
    for (int call = 0; ; call++) {
      start();
      registry.upload(APP, A.blobs().getFirst(), B.blobs().getFirst());
      var other = replica();
      registry.store.before(call, () -> other.pushing(APP, B, V1));

      boolean allowed = await(() -> pushing(registry, A, V1, TagRights.CREATE));

      boolean reached = registry.store.calls().size() > call;
      assertThat(replica().tag(APP, V1))
          .as("before call %d", call)
          .contains(reached ? B.digest() : A.digest());
      if (!reached) {
        assertThat(allowed).isTrue();
        assertThat(call).isGreaterThan(6);
        return;
      }
    }
  }

  /**
   * By then a collector may have removed the other's value, as the lesser one: both would be gone.
   */
  @Test
  void whoLooksHalfTheGraceLaterTakesNothingBack() {
    boolean met = false;
    for (int call = 0; !met; call++) {
      start();
      registry.upload(APP, A.blobs().getFirst(), B.blobs().getFirst());
      var other = replica();
      registry.store.before(
          call,
          () -> {
            clock.passMoreThanHalfTheGrace();
            return other.pushing(APP, B, V1);
          });

      await(() -> pushing(registry, A, V1, TagRights.CREATE));

      var calls = registry.store.calls();
      assertThat(calls).as("the tag was written").hasSizeGreaterThan(call);
      met = calls.get(call).startsWith("put " + Layout.tags(APP));
      if (met) {
        assertThat(registry.names(Layout.values(APP, V1)))
            .anyMatch(name -> name.endsWith(A.digest().hex()))
            .anyMatch(name -> name.endsWith(B.digest().hex()));
      }
    }
  }

  /** Three replicas whose calls overtake each other in every way, by seed. */
  @Test
  void ofAllWhoCreateATagAtOnceAtMostOneSucceedsAndItStands() {
    var digests = List.of(A.digest(), B.digest(), image(small(3)).digest());
    int successes = 0;
    for (int seed = 0; seed < 2000; seed++) {
      var random = new Random(seed);
      var store =
          new SimulatedStore(random, new Weather(Duration.ofMillis(50), List.of(), 0, 0, 0));
      var replicas = new ArrayList<Tags>();
      var pushes = new ArrayList<Future<Boolean>>();
      for (var digest : digests) {
        var tags = tagsOf(store, random, "r" + replicas.size());
        replicas.add(tags);
        pushes.add(tags.move(APP, V1, digest, TagRights.CREATE, () -> true));
      }
      settle(store);

      var succeeded = new HashSet<Digest>();
      for (int i = 0; i < pushes.size(); i++) {
        if (pushes.get(i).succeeded()) {
          succeeded.add(digests.get(i));
        } else {
          assertThat(error(pushes.get(i).cause())).isInstanceOf(RegistryError.Denied.class);
        }
      }
      successes += succeeded.size();
      assertThat(succeeded).as("seed %d: %s", seed, store.log()).hasSizeLessThan(2);
      var now = tagsOf(store, random, "reader").find(APP, V1);
      settle(store);
      assertThat(now.result().stream().toList())
          .as("seed %d: %s", seed, store.log())
          .containsExactlyElementsOf(succeeded);
    }
    assertThat(successes).as("of 2000 rounds, most have a winner").isGreaterThan(1500);
  }

  private static Tags tagsOf(SimulatedStore store, Random random, String process) {
    return new Tags(
        store.of(new Actor(process)),
        new Ulids(store::instant, random),
        new Grace(Duration.ofMinutes(10), store::nanos),
        Duration.ofSeconds(1),
        2);
  }

  private static void settle(SimulatedStore store) {
    while (!store.isIdle()) {
      store.step();
      store.tick(Duration.ofMillis(1));
    }
  }
}
