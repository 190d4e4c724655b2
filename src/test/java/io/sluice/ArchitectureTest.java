package io.sluice;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which package may know which; a package that is not in the picture does not pass. */
class ArchitectureTest {

  /** Each package, and what it may know of ours. Nobody knows who stands further down. */
  private static final Map<String, Set<String>> MAY_KNOW =
      Map.ofEntries(
          Map.entry("oci", Set.of()),
          Map.entry("ulid", Set.of()),
          Map.entry("bus", Set.of()),
          Map.entry("config", Set.of()),
          Map.entry("events", Set.of("oci", "ulid")),
          Map.entry("log", Set.of("config")),
          Map.entry("store", Set.of("oci")),
          Map.entry("upload", Set.of("oci", "ulid", "store")),
          Map.entry("registry", Set.of("oci", "ulid", "bus", "events", "store", "upload")),
          Map.entry(
              "api",
              Set.of("oci", "ulid", "bus", "config", "events", "store", "upload", "registry")),
          Map.entry(
              "server",
              Set.of(
                  "oci",
                  "ulid",
                  "bus",
                  "config",
                  "events",
                  "log",
                  "store",
                  "upload",
                  "registry",
                  "api")),
          Map.entry("bench", Set.of("oci", "config")),
          Map.entry("cli", Set.of("oci", "config", "log", "bench", "server")));

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.sluice");

  private static final Set<String> BLOCKING = Set.of("get", "join", "sleep", "await");

  @TestFactory
  Stream<DynamicTest> aPackageKnowsNoOtherThanThePictureSays() {
    return MAY_KNOW.entrySet().stream()
        .map(
            it ->
                DynamicTest.dynamicTest(it.getKey(), () -> knowsOnly(it.getKey(), it.getValue())));
  }

  private static void knowsOnly(String name, Set<String> known) {
    var unknown =
        MAY_KNOW.keySet().stream()
            .filter(other -> !other.equals(name) && !known.contains(other))
            .map(other -> "io.sluice." + other + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("io.sluice." + name + "..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(unknown))
        .check(MAIN);
  }

  @Test
  void everyPackageIsInThePicture() {
    var packages = new TreeSet<String>();
    MAIN.forEach(it -> packages.add(it.getPackageName()));
    packages.remove("io.sluice");

    assertThat(packages).extracting(name -> name.split("\\.", -1)[2]).isSubsetOf(MAY_KNOW.keySet());
  }

  @Test
  void packagesDoNotGoInCircles() {
    slices().matching("io.sluice.(*)..").should().beFreeOfCycles().check(MAIN);
    slices().matching("io.sluice.(**)").should().beFreeOfCycles().check(MAIN);
  }

  /** It knows keys and bytes; of what they mean only how to say that it can't do it now. */
  @Test
  void aStoreKnowsNoImages() {
    noClasses()
        .that()
        .resideInAPackage("io.sluice.store..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.sluice.oci..")
                .and(
                    describe(
                        "are not its errors",
                        (JavaClass it) -> !it.getName().startsWith("io.sluice.oci.Registry"))))
        .check(MAIN);
  }

  /** What it does, it does without Vert.x and without I/O. */
  @Test
  void theVocabularyAndTheConfigurationKnowNoVertx() {
    noClasses()
        .that()
        .resideInAnyPackage("io.sluice.oci..", "io.sluice.ulid..", "io.sluice.config..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx..", "io.netty..")
        .check(MAIN);
  }

  /** A store can be had in another way: only who starts the process chooses which. */
  @Test
  void onlyTheServerKnowsWhichStoresThereAre() {
    noClasses()
        .that(resideOutsideOfPackages("io.sluice.server..", "io.sluice.store.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.sluice.store.fs..", "io.sluice.store.s3..")
        .check(MAIN);
  }

  @Test
  void everyPackageSaysThatNothingIsNull() {
    var packages = MAIN.stream().map(JavaClass::getPackage).distinct().toList();

    assertThat(packages)
        .isNotEmpty()
        .allSatisfy(
            it -> assertThat(it.isAnnotatedWith(NullMarked.class)).as(it.getName()).isTrue());
  }

  /** A command's own thread may wait, and the one that waits for signals. */
  @Test
  void nobodyWaits() {
    noClasses()
        .that(resideOutsideOfPackages("io.sluice.cli.."))
        .and(
            describe(
                "do not start the process",
                it -> !it.getName().startsWith("io.sluice.server.ServerProcess")))
        .should()
        .callMethodWhere(describe("it waits", call -> isBlocking(call.getTarget())))
        .check(MAIN);
  }

  private static boolean isBlocking(AccessTarget target) {
    var owner = target.getOwner();
    return BLOCKING.contains(target.getName())
        && (owner.isEquivalentTo(Thread.class)
            || owner.isAssignableTo(Future.class)
            || owner.isAssignableTo(CompletableFuture.class)
            || owner.getPackageName().equals("java.util.concurrent")
                && target.getName().equals("await")
            || owner.isAssignableTo(io.vertx.core.Future.class)
                && target.getName().equals("await"));
  }

  @Test
  void logsGoThroughSlf4j() {
    noClasses()
        .that(resideOutsideOfPackages("io.sluice.cli..", "io.sluice.log..", "io.sluice.bench.."))
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.util.logging..", "ch.qos.logback..", "io.vertx.core.impl.logging..")
        .check(MAIN);
  }

  /** The load generator has its own words. */
  @Test
  void verticlesAreNamedForWhatTheyAre() {
    classes()
        .that()
        .areAssignableTo(io.vertx.core.Deployable.class)
        .and()
        .resideOutsideOfPackage("io.sluice.bench..")
        .and()
        .areNotInterfaces()
        .should()
        .haveSimpleNameEndingWith("Verticle")
        .check(MAIN);
  }
}
