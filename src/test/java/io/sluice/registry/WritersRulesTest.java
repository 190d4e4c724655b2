package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.index;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Blob;
import io.sluice.ulid.Ulid;
import io.sluice.upload.DataId;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * What writers keep to so that no collector can take away what they rely on (design, section 5).
 */
class WritersRulesTest extends OnARegistry {
  private static final Blob LAYER = large(1);
  private static final Blob CONFIG = small(1);

  // --- links

  @Test
  void aYoungLinkIsBuiltOnAsItIs() {
    registry.upload(APP, LAYER);
    clock.pass(TestRegistry.GRACE.dividedBy(2).minusSeconds(1));

    registry.push(APP, image(LAYER), LATEST);

    assertThat(registry.links(APP, LAYER)).hasSize(1);
  }

  @Test
  void anOldLinkIsRenewedViaATentativeOne() {
    registry.upload(APP, LAYER);
    var old = registry.links(APP, LAYER).getFirst();
    clock.passMoreThanHalfTheGrace();
    registry.store.before(-1, Future::succeededFuture);

    registry.push(APP, image(LAYER), LATEST);

    var folder = Layout.links(APP, LAYER.digest());
    var steps = registry.store.calls().stream().filter(call -> call.contains(folder)).toList();
    assertThat(steps.get(0)).isEqualTo("list " + folder);
    assertThat(steps.get(1)).startsWith("put " + folder).contains("-tentative-");
    assertThat(steps.get(2)).isEqualTo("list " + folder);
    assertThat(steps.get(3)).startsWith("put " + folder).doesNotContain("tentative");
    assertThat(steps.get(4)).startsWith("delete " + folder).contains("-tentative-");
    assertThat(steps).hasSize(5);
    assertThat(registry.links(APP, LAYER))
        .hasSize(2)
        .contains(old)
        .noneMatch(WritersRulesTest::isTentative);
  }

  private static boolean isTentative(String name) {
    return name.contains("tentative");
  }

  @Test
  void anOldBlobThatIsItsLinkIsWrittenAnew() {
    registry.upload(APP, CONFIG);
    clock.passMoreThanHalfTheGrace();

    registry.push(APP, image(CONFIG), LATEST);

    assertThat(registry.links(APP, CONFIG)).hasSize(2).allMatch(name -> name.contains("-inline-"));
  }

  @Test
  void anOldLinkThatIsCollectedMeanwhileIsNotBuiltOn() {
    forEveryCallOf(
        () -> registry.pushing(APP, image(LAYER), LATEST),
        () -> {
          registry.upload(APP, LAYER);
          clock.passMoreThanHalfTheGrace();
        },
        () -> {
          // As the collector would: by exactly the key that it saw, of which it knew the age.
          var folder = Layout.links(APP, LAYER.digest());
          var link = registry.links(APP, LAYER).getFirst();
          return () -> objects.delete(List.of(folder + link));
        },
        pushed -> {
          boolean tagged = registry.tag(APP, LATEST).isPresent();
          assertThat(tagged).isEqualTo(pushed);
          if (tagged) {
            assertThat(registry.missingOf(APP, image(LAYER))).isEmpty();
          }
          assertThat(registry.links(APP, LAYER)).noneMatch(WritersRulesTest::isTentative);
        });
  }

  @Test
  void tentativeAndHiddenLinksAreInvisible() {
    var ulid = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    var data = new DataId(new Ulid("01ARZ3NDEKTSV4RRFFQ69G5FAW"));
    var folder = Layout.links(APP, LAYER.digest());
    var size = LAYER.content().length;
    await(() -> objects.put(data.key(), ByteBuffer.wrap(LAYER.content())));
    put(folder + BlobLink.tentativeName(new Ulid(ulid), data, size));
    assertThat(registry.hasBlob(APP, LAYER)).isFalse();

    put(folder + BlobLink.dataName(new Ulid(ulid), data, size));
    assertThat(replica().hasBlob(APP, LAYER)).isTrue();

    put(folder + ulid + "-hidden");
    assertThat(replica().hasBlob(APP, LAYER)).isFalse();
    assertThatThrownBy(() -> replica().push(APP, image(LAYER), LATEST))
        .satisfies(
            e ->
                assertThat(error(e))
                    .isEqualTo(new RegistryError.ManifestBlobUnknown(LAYER.digest())));
  }

  @Test
  void whatIsNotOursInAFolderOfLinksIsNoLink() {
    var folder = Layout.links(APP, LAYER.digest());
    for (var name :
        List.of(
            "x",
            "x-y-1",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV-inline-x",
            "a-b-c-d-e",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV-other-7")) {
      put(folder + name);
    }

    assertThat(registry.hasBlob(APP, LAYER)).isFalse();
  }

  private void put(String key) {
    await(() -> objects.put(key, ByteBuffer.allocate(0)));
  }

  // --- HEAD

  @Test
  void whoAsksForABlobBeforeAPushFindsItsLinkRenewedAfterTheAnswer() {
    registry.upload(APP, LAYER);
    clock.passMoreThanHalfTheGrace();
    registry.store.before(-1, Future::succeededFuture);

    await(() -> registry.parts.blobs.stat(APP, LAYER.digest(), true));

    org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          while (registry.links(APP, LAYER).size() < 2
              || registry.links(APP, LAYER).stream().anyMatch(WritersRulesTest::isTentative)) {
            Thread.onSpinWait();
          }
        });
  }

  @Test
  void whoOnlyReadsLeavesLinksAsTheyAre() {
    registry.upload(APP, LAYER);
    clock.passMoreThanHalfTheGrace();
    registry.store.before(-1, Future::succeededFuture);

    await(() -> registry.parts.blobs.stat(APP, LAYER.digest(), false));

    assertThat(registry.store.calls()).noneMatch(call -> call.startsWith("put"));
  }

  // --- manifests and tags

  @Test
  void aPushWritesANewRevisionBeforeItMovesTheTag() {
    registry.pushAll(APP, image(LAYER), LATEST);
    registry.store.before(-1, Future::succeededFuture);

    registry.push(APP, image(LAYER), LATEST);

    var puts = registry.store.calls().stream().filter(call -> call.startsWith("put")).toList();
    assertThat(puts).hasSize(2);
    assertThat(puts.get(0)).contains("/_manifests/");
    assertThat(puts.get(1)).contains("/_tags/latest!/");
    assertThat(registry.revisions(APP, image(LAYER))).hasSize(2);
  }

  @Test
  void anIndexRefreshesItsChildrenAndTheirLinks() {
    var child = image(LAYER);
    var inner = index(child);
    registry.pushAll(APP, inner, inner.digest());
    clock.passMoreThanHalfTheGrace();

    registry.push(APP, index(inner), LATEST);

    assertThat(registry.revisions(APP, child)).hasSize(2);
    assertThat(registry.revisions(APP, inner)).hasSize(2);
    assertThat(registry.links(APP, LAYER)).hasSize(2);
  }

  /** Whoever wrote the young child may have been too slow for its blobs. */
  @Test
  void anIndexLooksAtTheLinksOfAYoungChildToo() {
    var child = image(LAYER);
    registry.pushAll(APP, child, child.digest());
    for (var link : registry.links(APP, LAYER)) {
      await(() -> objects.delete(List.of(Layout.links(APP, LAYER.digest()) + link)));
    }

    assertThatThrownBy(() -> replica().push(APP, index(child), LATEST))
        .satisfies(
            e ->
                assertThat(error(e))
                    .isEqualTo(new RegistryError.ManifestBlobUnknown(LAYER.digest())));
  }

  @Test
  void aTagIsNotMovedToARevisionThatHasGrownOld() {
    registry.pushAll(APP, image(LAYER), LATEST);
    int before = registry.revisions(APP, image(LAYER)).size();
    // Between the revision and the tag half the grace passes: the revision may go any time.
    int tagging =
        indexOfCall(
            "list repos/team/app/_tags/latest!/",
            () -> registry.pushing(APP, image(LAYER), LATEST));
    registry.store.before(
        tagging,
        () -> {
          clock.passMoreThanHalfTheGrace();
          return Future.succeededFuture();
        });

    registry.push(APP, image(LAYER), LATEST);

    assertThat(registry.revisions(APP, image(LAYER))).hasSizeGreaterThanOrEqualTo(before + 3);
    assertThat(registry.names(Layout.tags(APP))).hasSize(1);
  }

  private int indexOfCall(String call, Supplier<Future<?>> action) {
    registry.store.before(-1, Future::succeededFuture);
    await(() -> action.get().mapEmpty());
    return registry.store.calls().indexOf(call);
  }

  @Test
  void aPushThatIsTooSlowForTheGraceStartsOver() {
    forEveryCallOf(
        () -> registry.pushing(APP, image(LAYER, CONFIG), LATEST),
        () -> {
          registry.upload(APP, LAYER, CONFIG);
          clock.passMoreThanHalfTheGrace();
        },
        () ->
            () -> {
              clock.passMoreThanHalfTheGrace();
              return Future.succeededFuture();
            },
        pushed -> {
          assertThat(pushed).isTrue();
          assertThat(registry.missingOf(APP, image(LAYER, CONFIG))).isEmpty();
        });
  }

  @Test
  void aPushThatIsAlwaysTooSlowForTheGraceIsGivenUp() {
    registry.upload(APP, LAYER);
    registry.store.beforeEach(
        () -> {
          clock.passMoreThanHalfTheGrace();
          return Future.succeededFuture();
        });

    assertThatThrownBy(() -> registry.push(APP, image(LAYER), LATEST))
        .satisfies(e -> assertThat(error(e)).isInstanceOf(RegistryError.StoreUnavailable.class));

    registry.store.before(-1, Future::succeededFuture);
    assertThat(registry.tag(APP, LATEST)).isEmpty();
    assertThat(registry.hasBlob(APP, LAYER)).isTrue();
  }

  // --- deletion against push, from both sides

  @Test
  void whenABlobIsDeletedAtAnyMomentOfAPushEitherIsRefused() {
    forEveryCallOf(
        () -> registry.pushing(APP, image(LAYER), LATEST),
        () -> registry.upload(APP, LAYER),
        () -> () -> registry.parts.blobs.delete(APP, LAYER.digest()),
        this::requireWholeIfTagged);
  }

  @Test
  void whenAPushComesAtAnyMomentOfADeletionOfABlobEitherIsRefused() {
    forEveryCallOf(
        () -> registry.parts.blobs.delete(APP, LAYER.digest()),
        () -> registry.upload(APP, LAYER),
        () -> () -> registry.pushing(APP, image(LAYER), LATEST),
        this::requireWholeIfTagged);
  }

  private void requireWholeIfTagged(boolean ignored) {
    if (registry.tag(APP, LATEST).isPresent()) {
      assertThat(registry.missingOf(APP, image(LAYER))).isEmpty();
    }
  }

  /** The old link is collected while the push that renewed it in the same moment is deleted by. */
  @Test
  void whenABlobIsDeletedAtAnyMomentOfARenewalEitherIsRefused() {
    forEveryCallOf(
        () -> registry.pushing(APP, image(LAYER), LATEST),
        () -> {
          registry.upload(APP, LAYER);
          clock.passMoreThanHalfTheGrace();
        },
        () -> () -> registry.parts.blobs.delete(APP, LAYER.digest()),
        this::requireWholeIfTagged);
  }

  @Test
  void whenAManifestIsDeletedAtAnyMomentOfItsPushTheTagNamesItOrNothing() {
    var image = image(LAYER);
    forEveryCallOf(
        () -> registry.pushing(APP, image, LATEST),
        () -> registry.pushAll(APP, image, image.digest()),
        () -> () -> registry.parts.manifests.delete(APP, image.digest(), false),
        pushed -> {
          assertThat(pushed).isTrue();
          assertThat(registry.tag(APP, LATEST)).contains(image.digest());
          requireWholeIfTagged(true);
        });
  }

  @Test
  void whenAManifestIsPushedAtAnyMomentOfItsDeletionTheTagNamesItOrNothing() {
    var image = image(LAYER);
    forEveryCallOf(
        () -> registry.parts.manifests.delete(APP, image.digest(), false),
        () -> registry.pushAll(APP, image, new Tag("before")),
        () -> () -> registry.pushing(APP, image, LATEST),
        deleted -> requireWholeIfTagged(true));
  }

  @Test
  void whenAChildIsDeletedAtAnyMomentOfAnIndexItStaysOrTheIndexIsRefused() {
    var child = image(LAYER);
    var index = index(child);
    forEveryCallOf(
        () -> registry.pushing(APP, index, LATEST),
        () -> registry.pushAll(APP, child, child.digest()),
        () ->
            () ->
                replica()
                    .parts
                    .manifests
                    .delete(APP, child.digest(), false)
                    .compose(_ -> replica().parts.blobs.delete(APP, LAYER.digest())),
        pushed -> {
          if (replica().tag(APP, LATEST).isPresent()) {
            assertThat(replica().missingOf(APP, index)).isEmpty();
          }
        });
  }

  @Test
  void whenAnIndexComesAtAnyMomentOfTheDeletionOfItsChildItStaysOrTheIndexIsRefused() {
    var child = image(LAYER);
    var index = index(child);
    forEveryCallOf(
        () -> registry.parts.manifests.delete(APP, child.digest(), false),
        () -> registry.pushAll(APP, child, child.digest()),
        () -> () -> replica().pushing(APP, index, LATEST),
        deleted -> {
          if (replica().tag(APP, LATEST).isPresent()) {
            assertThat(replica().missingOf(APP, index)).isEmpty();
          }
        });
  }

  @Test
  void whatIsReferredToCanNotBeDeleted() {
    var child = image(LAYER);
    registry.pushAll(APP, index(child), LATEST);

    assertThatThrownBy(() -> await(() -> registry.parts.blobs.delete(APP, LAYER.digest())))
        .satisfies(
            e ->
                assertThat(error(e))
                    .isEqualTo(new RegistryError.StillReferenced(LAYER.digest(), child.digest())));
    assertThatThrownBy(
            () -> await(() -> registry.parts.manifests.delete(APP, child.digest(), false)))
        .satisfies(e -> assertThat(error(e)).isInstanceOf(RegistryError.StillReferenced.class));
    assertThat(registry.missingOf(APP, index(child))).isEmpty();
  }

  @Test
  void whatWasDeletedMayBePushedAgain() {
    registry.pushAll(APP, image(LAYER), LATEST);
    await(() -> registry.parts.manifests.delete(APP, image(LAYER).digest(), false));
    assertThat(registry.hasManifest(APP, LATEST)).isFalse();
    assertThat(registry.hasManifest(APP, image(LAYER).digest())).isFalse();
    await(() -> registry.parts.blobs.delete(APP, LAYER.digest()));
    assertThat(registry.hasBlob(APP, LAYER)).isFalse();

    registry.pushAll(APP, image(LAYER), LATEST);

    assertThat(registry.missingOf(APP, image(LAYER))).isEmpty();
    assertThat(registry.tag(APP, LATEST)).contains(image(LAYER).digest());
  }

  @Test
  void aBlobThatWasDeletedIsGoneAtOnceAlsoWhenSomebodyWasJustAsking() {
    replica().upload(APP, LAYER);
    registry.store.after(0, () -> registry.parts.blobs.delete(APP, LAYER.digest()));

    registry.hasBlob(APP, LAYER);

    assertThat(registry.hasBlob(APP, LAYER)).isFalse();
  }

  @Test
  void aManifestThatWasDeletedIsGoneAtOnceAlsoWhenSomebodyWasJustAsking() {
    var image = image(LAYER);
    replica().pushAll(APP, image, LATEST);
    registry.store.after(0, () -> registry.parts.manifests.delete(APP, image.digest(), false));

    registry.hasManifest(APP, image.digest());

    assertThat(registry.hasManifest(APP, image.digest())).isFalse();
  }

  @Test
  void aManifestThatIsDeletedTwiceAtOnceIsGoneForBoth() {
    var image = image(LAYER);
    forEveryCallOf(
        () -> registry.parts.manifests.delete(APP, image.digest(), false),
        () -> registry.pushAll(APP, image, LATEST),
        () -> () -> replica().parts.manifests.delete(APP, image.digest(), false),
        deleted -> {
          assertThat(replica().tag(APP, LATEST)).isEmpty();
          assertThat(replica().hasManifest(APP, image.digest())).isFalse();
        });
  }

  // --- replicas

  /** A blob that this registry believes young may have been deleted through another. */
  @Test
  void anUploadIsKeptWhenTheBlobWasDeletedElsewhere() {
    registry.upload(APP, LAYER);
    var other = replica();
    await(() -> other.parts.blobs.delete(APP, LAYER.digest()));
    clock.pass(TestRegistry.TRUST.plusSeconds(1));

    registry.upload(APP, LAYER);

    assertThat(replica().hasBlob(APP, LAYER)).isTrue();
  }

  @Test
  void aMountIsNotPromisedWhenTheBlobWasDeletedElsewhere() {
    registry.upload(APP, LAYER);
    var other = replica();
    await(() -> other.parts.blobs.delete(APP, LAYER.digest()));
    clock.pass(TestRegistry.TRUST.plusSeconds(1));

    assertThat(
            await(
                () ->
                    registry.parts.blobs.mount(APP, LAYER.digest(), Optional.of(OTHER), _ -> true)))
        .isFalse();
  }

  @Test
  void whatIsBelievedIsBelievedForASecond() {
    registry.upload(APP, LAYER);
    var other = replica();
    await(() -> other.parts.blobs.delete(APP, LAYER.digest()));

    clock.pass(TestRegistry.TRUST);

    assertThat(registry.hasBlob(APP, LAYER)).isFalse();
  }

  // --- failures

  /** An answer that says "failed" does not say that nothing happened. */
  @Test
  void aLinkAlwaysHasItsDataWhicheverAnswerOfTheStoreIsLost() {
    var sha512 = Digest.of(Digest.Algorithm.SHA512, LAYER.content());
    for (var digest : List.of(LAYER.digest(), sha512)) {
      for (int call = 0; ; call++) {
        start();
        registry = replica(true, Duration.ZERO);
        registry.store.failAfter(call);
        boolean done =
            await(
                () ->
                    registry
                        .uploads
                        .upload(APP, LAYER.content(), digest)
                        .compose(all -> registry.parts.blobs.add(APP, all))
                        .map(true)
                        .otherwise(false));
        var calls = registry.store.calls();
        boolean reached = calls.size() > call;
        registry.store.before(-1, Future::succeededFuture);

        var links = registry.names(Layout.links(APP, digest));
        for (var link : links) {
          var data = new DataId(new Ulid(link.split("-", -1)[1]));
          assertThat(registry.has(data.key())).as("call %d: %s", call, link).isTrue();
        }
        if (!reached || !calls.get(call).startsWith("begin")) {
          // Of a write whose name never came only its age tells that nobody will finish it.
          assertThat(objects.pendingCount()).as("call %d: multipart writes", call).isZero();
        }
        if (done) {
          assertThat(links).hasSize(1);
        }
        if (!reached) {
          break;
        }
      }
    }
  }

  // --- in the words of the tests

  /**
   * Runs {@code action} on a fresh registry as often as it calls the store, each time with the
   * other action right before another of its calls; failures of both are answers.
   */
  private void forEveryCallOf(
      Supplier<Future<?>> action,
      Runnable preparation,
      Supplier<Supplier<Future<?>>> other,
      java.util.function.Consumer<Boolean> check) {
    for (int call = 0; ; call++) {
      start();
      preparation.run();
      registry.store.before(call, other.get());
      boolean succeeded =
          await(
              () ->
                  action
                      .get()
                      .map(true)
                      .recover(
                          cause ->
                              cause instanceof RegistryException
                                  ? Future.succeededFuture(false)
                                  : Future.failedFuture(cause)));
      var calls = registry.store.calls();
      boolean reached = calls.size() > call;
      registry.store.before(-1, Future::succeededFuture);
      clock.pass(TestRegistry.TRUST.plusSeconds(1));
      try {
        check.accept(succeeded);
      } catch (AssertionError e) {
        throw new AssertionError("before call " + call + " of " + calls, e);
      }
      if (!reached) {
        assertThat(call).as("calls").isGreaterThan(2);
        return;
      }
    }
  }
}
