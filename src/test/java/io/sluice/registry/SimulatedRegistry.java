package io.sluice.registry;

import io.sluice.config.GcConfig;
import io.sluice.config.Glob;
import io.sluice.config.RetentionConfig;
import io.sluice.gc.Collector;
import io.sluice.gc.Doomed;
import io.sluice.gc.GcSettings;
import io.sluice.gc.GcStore;
import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Blob;
import io.sluice.registry.TestImages.Image;
import io.sluice.store.memory.SimulatedStore;
import io.sluice.store.memory.SimulatedStore.Actor;
import io.sluice.store.memory.SimulatedStore.Weather;
import io.sluice.ulid.Ulids;
import io.sluice.upload.MemoryBudget;
import io.sluice.upload.TestUploads;
import io.sluice.upload.Uploads;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/**
 * One history by a seed: two registries and up to two collectors over one simulated store, clients
 * that push, mount, look and delete, and after each change the question whether all is whole. To be
 * run on a context of Vert.x, on which everything then happens at once.
 */
final class SimulatedRegistry {
  private static final int STEPS = 700;
  private static final int CLIENTS = 8;

  /** Tags go in the first, manifests and links in the second, data in the third, notes behind. */
  private static final int CALM_RUNS = 5;

  private static final Duration GRACE = Duration.ofSeconds(100);
  private static final Duration UNDO = GRACE;
  private static final Duration LONGEST_SCAN = GRACE.multipliedBy(5);

  private static final List<Duration> SHORT_STALLS =
      List.of(
          GRACE.dividedBy(7),
          GRACE.dividedBy(4),
          GRACE.multipliedBy(11).dividedBy(20),
          GRACE.multipliedBy(11).dividedBy(10),
          GRACE.multipliedBy(3));

  /** In which several collectors may come and go. */
  private static final List<Duration> LONG_STALLS =
      List.of(GRACE.multipliedBy(9), GRACE.multipliedBy(30));

  private static final List<RepositoryName> REPOSITORIES =
      List.of(new RepositoryName("a"), new RepositoryName("b"), new RepositoryName("b/c"));
  private static final List<Tag> TAGS = List.of(new Tag("t1"), new Tag("t2"));

  private static final Blob L1 = TestImages.large(1);
  private static final Blob L2 = TestImages.large(2);
  private static final Blob L3 = TestImages.large(3);
  private static final Blob S1 = TestImages.small(1);

  private static final RetentionConfig KEEP_ALL = policy(List.of());

  private static final RetentionConfig KEEP_ONE =
      policy(
          List.of(
              new RetentionConfig.KeepTags(
                  List.of(),
                  new RetentionConfig.KeepRules(1, 0, Optional.empty(), Optional.empty()))));

  private static RetentionConfig policy(List<RetentionConfig.KeepTags> keep) {
    return new RetentionConfig(
        false,
        GRACE,
        List.of(
            new RetentionConfig.Policy(
                List.of(Glob.compile("**")), true, true, keep, Optional.empty())));
  }

  /** The last is in no image: it can only go. */
  private static final List<Blob> BLOBS = List.of(L1, L2, L3, S1, TestImages.large(4));

  private static final List<Blob> MOVING = List.of(L1, BLOBS.getLast());

  /** Uploads, a push, mounts, and deletions of blobs, as they are numbered in {@link #start}. */
  private static final List<Integer> MOVES = List.of(0, 3, 11, 11, 11, 11, 11, 11, 20);

  private static final Image M1 = TestImages.image(L1);
  private static final Image M2 = TestImages.image(S1, L2);
  private static final Image M3 = TestImages.image(L3, L1, S1);
  private static final Image I1 = TestImages.index(M1);
  private static final Image I2 = TestImages.index(M2, M3);
  private static final Image R1 = TestImages.referrer(M1, TestImages.small(2));
  private static final List<Image> IMAGES = List.of(M1, M2, M3, I1, I2, TestImages.index(I1), R1);

  private final Vertx vertx;
  private final Mutation mutation;
  private final long seed;
  private final Random random;
  private final SimulatedStore store;
  private final WorkerExecutor unusedWorkers;
  private final Map<Digest, Image> images = new HashMap<>();
  private final List<Client> clients = new ArrayList<>();
  private final List<Replica> replicas = new ArrayList<>();
  private final boolean crashes;

  /** Whether writers sleep through whole collections. */
  private final boolean sleepy;

  /** How often somebody comes. What is never left alone is never collected. */
  private final double activity;

  /**
   * Whether it is mostly about blobs that move from one repository to the other, while several
   * collectors look, each at its pace: what a scan sees of them depends on its luck.
   */
  private final boolean restless;

  private final boolean dedupe;
  private final RetentionConfig retention;
  private final Duration trustFor;
  private Optional<AssertionError> defect = Optional.empty();
  private int replicaCount;
  private int acknowledged;
  private int deletedData;

  /** A registry's process. */
  private final class Replica {
    final Actor process;
    final RepositoryStore registry;
    final TestUploads uploads;

    Replica() {
      process = new Actor("r" + ++replicaCount);
      long skewMillis = random.nextInt(200_000) - 100_000L;
      var ulids = new Ulids(() -> store.instant().plusMillis(skewMillis), random);
      var objects = store.of(process);
      var heads = new MemoryBudget(1024, 512, false);
      registry =
          new RepositoryStore(
              new RepositoryStore.Shared(vertx, ulids, heads, heads, unusedWorkers),
              settings(),
              new StorageSettings.StoreSettings(
                  objects, mutation.graceOfWriters(GRACE), dedupe, false, store::nanos));
      uploads = new TestUploads(vertx, objects, unusedWorkers, ulids);
    }

    private StorageSettings settings() {
      var objects = store.of(new Actor("unused"));
      return new StorageSettings(
          new StorageSettings.StoreSettings(
              objects, mutation.graceOfWriters(GRACE), dedupe, false, store::nanos),
          Map.of(),
          new Uploads.Settings(2, GRACE, GRACE, Long.MAX_VALUE),
          trustFor,
          100_000,
          1024,
          2);
    }
  }

  /** Something that somebody does. */
  private static final class Client {
    final String what;
    final Actor process;
    boolean ended;
    Optional<Target> pushes = Optional.empty();
    Optional<Target> deletes = Optional.empty();
    boolean disturbed;

    Client(String what, Actor process) {
      this.what = what;
      this.process = process;
    }
  }

  private record Target(RepositoryName repository, Digest digest) {}

  SimulatedRegistry(Vertx vertx, long seed, Mutation mutation) {
    this.vertx = vertx;
    this.mutation = mutation;
    this.seed = seed;
    this.random = new Random(seed);
    this.crashes = random.nextBoolean();
    this.dedupe = random.nextInt(3) == 0;
    this.retention = random.nextBoolean() ? KEEP_ALL : KEEP_ONE;
    this.activity = any(List.of(0.5, 0.5, 0.05, 0.02));
    this.trustFor = random.nextBoolean() ? Duration.ofSeconds(1) : Duration.ofSeconds(8);
    this.sleepy = random.nextInt(3) == 0;
    // Where collectors are what is wrong, it takes collectors to show it.
    this.restless = random.nextInt(4) == 0 || mutation.isOfCollectors();
    var weather =
        new Weather(
            GRACE.dividedBy(40),
            sleepy && !restless ? LONG_STALLS : SHORT_STALLS,
            sleepy ? 0.08 : restless ? 0.05 : 0.02,
            random.nextBoolean() ? 0 : 0.02,
            any(List.of(0.0, 0.5, 0.8)));
    this.store = new SimulatedStore(random, weather);
    this.unusedWorkers = vertx.createSharedWorkerExecutor("simulation", 1);
    IMAGES.forEach(image -> images.put(image.digest(), image));
  }

  int deletedData() {
    return deletedData;
  }

  int acknowledged() {
    return acknowledged;
  }

  List<String> log() {
    return store.log();
  }

  /** Runs the history; throws at the first thing that is not whole. */
  void run() {
    replicas.add(new Replica());
    replicas.add(new Replica());
    long checked = store.changes();
    for (int i = 0; i < STEPS || !store.isIdle(); i++) {
      if (i < STEPS) {
        clients.removeIf(client -> client.ended);
        if (clients.size() < CLIENTS && random.nextDouble() < activity) {
          start();
        }
        if (random.nextInt(sleepy || restless ? 10 : 30) == 0) {
          collect();
        }
        if (crashes && random.nextInt(100) == 0) {
          crash();
        }
        if (random.nextInt(restless ? 30 : 100) == 0) {
          store.pass(
              any(
                  List.of(
                      GRACE.dividedBy(2),
                      GRACE.plusSeconds(1),
                      GRACE.multipliedBy(5).dividedBy(2))));
        }
      }
      if (!store.step()) {
        store.tick(Duration.ofSeconds(5));
      }
      store.tick(Duration.ofMillis(any(List.of(1, 10, 30, 50, 200))));
      if (defect.isPresent()) {
        throw defect.get();
      }
      if (store.changes() != checked) {
        checked = store.changes();
        check();
      }
    }
    clients.removeIf(client -> client.ended || client.process.isDead());
    if (!clients.isEmpty()) {
      throw failed("never answered: " + clients.stream().map(client -> client.what).toList());
    }
    check();
    settle();
    replicas.forEach(replica -> replica.registry.uploads.close());
    unusedWorkers.close();
  }

  /** Nobody comes any more: at last, what is left is what the tags need, and nothing else. */
  private void settle() {
    store.calmDown();
    for (int i = 0; i < CALM_RUNS; i++) {
      store.pass(LONGEST_SCAN.plus(GRACE));
      store.note("a calm run");
      var run = collector(new Actor("gc")).collect(this::went, true, () -> false);
      while (store.step() || !store.isIdle()) {
        store.tick(Duration.ofMillis(10));
      }
      if (!run.succeeded()) {
        throw failed("a collection that nothing disturbs failed", run.cause());
      }
      check();
    }
    new Remains(store, images.values(), REPOSITORIES, TAGS)
        .wrong()
        .ifPresent(
            wrong -> {
              throw failed("after all is calm, " + wrong);
            });
  }

  private void crash() {
    int which = random.nextInt(replicas.size());
    store.note("crash of a registry");
    var victim = replicas.get(which);
    store.kill(victim.process);
    victim.registry.uploads.close();
    replicas.set(which, new Replica());
    clients.removeIf(client -> client.process == victim.process);
  }

  // --- what clients do

  private void start() {
    var at = any(replicas);
    var repository = any(REPOSITORIES);
    var blob = any(restless ? MOVING : BLOBS);
    switch (restless ? any(MOVES) : random.nextInt(23)) {
      case 0, 1, 2 -> client("upload " + blob, repository, at, () -> upload(at, repository, blob));
      case 3, 4, 5, 6, 7, 8, 9 -> push(at, repository, any(IMAGES), any(TAGS));
      case 10 -> {
        var image = random.nextInt(3) == 0 ? R1 : any(IMAGES);
        push(at, repository, image, image.digest());
      }
      case 11, 12, 13 -> {
        var from =
            random.nextInt(4) == 0
                ? Optional.<RepositoryName>empty()
                : Optional.of(any(REPOSITORIES));
        client(
            "mount " + blob + " from " + from,
            repository,
            at,
            () -> at.registry.blobs.mount(repository, blob.digest(), from, _ -> true));
      }
      case 14, 15, 16, 17, 18, 19 -> {
        var tag = any(TAGS);
        client(
            "untag " + tag,
            repository,
            at,
            () -> at.registry.manifests.delete(repository, tag, false));
      }
      case 20, 21 ->
          client(
              "delete blob " + blob,
              repository,
              at,
              () -> at.registry.blobs.delete(repository, blob.digest()));
      default -> {
        if (!crashes) {
          delete(at, repository, any(IMAGES));
        }
      }
    }
  }

  private Client client(
      String what, RepositoryName repository, Replica at, Supplier<Future<?>> action) {
    return client(repository + ": " + what, at.process, action, _ -> {});
  }

  private Client client(
      String what,
      Actor process,
      Supplier<Future<?>> action,
      java.util.function.Consumer<Client> announce) {
    var client = new Client(what + " at " + clients.size(), process);
    clients.add(client);
    announce.accept(client);
    store.note(client.what);
    action
        .get()
        .onComplete(
            result -> {
              client.ended = true;
              store.note(
                  client.what + (result.succeeded() ? " is done" : " failed: " + result.cause()));
              if (result.failed() && !(result.cause() instanceof RegistryException)) {
                defect = Optional.of(failed(client.what + " ended in a defect", result.cause()));
              }
            });
    return client;
  }

  /** What clients do: they ask for each blob, upload what is missing, then put the manifests. */
  private void push(Replica at, RepositoryName repository, Image image, Reference reference) {
    var target = new Target(repository, image.digest());
    boolean blind = random.nextInt(4) == 0;
    client(
        repository + ": push " + image + " as " + (reference instanceof Tag ? reference : "digest"),
        at.process,
        () ->
            (blind ? put(at, repository, image, reference) : all(at, repository, image, reference))
                .onSuccess(_ -> acknowledged++),
        client -> {
          client.pushes = Optional.of(target);
          client.disturbed = clients.stream().anyMatch(it -> it.deletes.equals(client.pushes));
        });
  }

  private Future<?> all(Replica at, RepositoryName repository, Image image, Reference reference) {
    Future<?> last = Future.succeededFuture();
    for (var child : image.children()) {
      last = last.compose(_ -> all(at, repository, child, child.digest()));
    }
    for (var blob : image.blobs()) {
      last =
          last.compose(
              _ ->
                  at.registry
                      .blobs
                      .stat(repository, blob.digest(), true)
                      .<Object>map(size -> size)
                      .recover(
                          cause ->
                              isUnknown(cause)
                                  ? upload(at, repository, blob).map(it -> it)
                                  : Future.failedFuture(cause)));
    }
    return last.compose(_ -> put(at, repository, image, reference));
  }

  private static boolean isUnknown(Throwable cause) {
    return cause instanceof RegistryException e && e.error() instanceof RegistryError.BlobUnknown;
  }

  private static Future<?> put(
      Replica at, RepositoryName repository, Image image, Reference reference) {
    return at.registry.manifests.put(image.put(repository, reference));
  }

  private static Future<?> upload(Replica at, RepositoryName repository, Blob blob) {
    return at.uploads
        .upload(repository, blob.content())
        .compose(all -> at.registry.blobs.add(repository, all));
  }

  private void delete(Replica at, RepositoryName repository, Image image) {
    var target = Optional.of(new Target(repository, image.digest()));
    client(
        repository + ": delete manifest " + image,
        at.process,
        () -> at.registry.manifests.delete(repository, image.digest(), false),
        client -> {
          client.deletes = target;
          clients.stream()
              .filter(it -> it.pushes.equals(target))
              .forEach(it -> it.disturbed = true);
        });
  }

  private void collect() {
    if (clients.stream().filter(client -> client.what.startsWith("collect")).count()
        == (restless ? 3 : 2)) {
      return;
    }
    var process = new Actor("gc", !restless || random.nextBoolean());
    client(
        "collect",
        process,
        () -> collector(process).collect(this::went, true, () -> false),
        _ -> {});
  }

  private Collector collector(Actor process) {
    return new Collector(
        vertx,
        new GcStore(
            "",
            mutation.storeOfCollector(store.of(process)),
            new GcConfig(true, GRACE, GRACE, Optional.empty(), GRACE),
            retention,
            GRACE,
            store::nanos),
        new GcSettings(List.of(), UNDO, 100, Integer.MAX_VALUE, Path.of("unused")),
        new Ulids(store::instant, random),
        store::instant,
        LONGEST_SCAN);
  }

  private Future<Void> went(Doomed doomed) {
    if (doomed.what() == Doomed.What.DATA) {
      deletedData++;
    }
    return Future.succeededFuture();
  }

  // --- what must be so

  private void check() {
    var grace = new Grace(GRACE, store::nanos);
    for (var repository : REPOSITORIES) {
      for (var tag : TAGS) {
        var values = store.below(Layout.values(repository, tag));
        if (!values.isEmpty()) {
          var digest = Layout.stampedDigest(values.getLast().name()).orElseThrow();
          if (!isBeingDeleted(new Target(repository, digest))) {
            requireWhole(repository, repository + ":" + tag, digest, grace);
          }
        }
      }
      for (var blob : BLOBS) {
        for (var link : links(repository, blob, grace)) {
          if (!store.has(link.contentKey())) {
            throw failed("the link " + link.key() + " has no data");
          }
        }
      }
    }
  }

  /**
   * A deletion of a manifest takes its tags away first; a push that moves one there just then may
   * find itself deleted for a moment, but not for longer than it takes.
   */
  private boolean isBeingDeleted(Target target) {
    return clients.stream()
        .filter(client -> !client.ended)
        .anyMatch(
            client ->
                client.deletes.filter(target::equals).isPresent()
                    || client.disturbed && client.pushes.filter(target::equals).isPresent());
  }

  private void requireWhole(RepositoryName repository, String who, Digest digest, Grace grace) {
    var image = java.util.Objects.requireNonNull(images.get(digest));
    if (store.below(Layout.revisions(repository, digest)).isEmpty()) {
      throw failed(who + ": the manifest " + image + " is not there");
    }
    for (var blob : image.blobs()) {
      if (links(repository, blob, grace).isEmpty()) {
        throw failed(who + ": the blob " + blob + " of the manifest " + image + " has no link");
      }
    }
    for (var child : image.children()) {
      requireWhole(repository, who + " > " + image, child.digest(), grace);
    }
  }

  private List<BlobLink> links(RepositoryName repository, Blob blob, Grace grace) {
    return BlobLink.visible(
        store.below(Layout.links(repository, blob.digest())), grace, store.nanos());
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private AssertionError failed(String what) {
    return failed(what, null);
  }

  private AssertionError failed(String what, @org.jspecify.annotations.Nullable Throwable cause) {
    var log = store.log();
    var text = new StringBuilder("seed " + seed + ": " + what);
    log.subList(Math.max(0, log.size() - 60), log.size())
        .forEach(line -> text.append("\n  ").append(line));
    return new AssertionError(text.toString(), cause);
  }
}
