package io.sluice;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The picture of {@code docs/architecture.md}: who may know whom. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.sluice");

  /** Each package, and which others of ours it may use. */
  private static final Map<String, List<String>> MAY_USE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("ulid", List.of()),
              Map.entry("config", List.of()),
              Map.entry("bus", List.of()),
              Map.entry("oci", List.of()),
              Map.entry("log", List.of("config")),
              Map.entry("events", List.of("oci", "ulid")),
              Map.entry("store", List.of("config", "oci")),
              Map.entry("upload", List.of("oci", "store", "ulid")),
              Map.entry("registry", List.of("bus", "oci", "store", "ulid", "upload")),
              Map.entry(
                  "sync",
                  List.of("bus", "config", "events", "oci", "registry", "store", "ulid", "upload")),
              Map.entry(
                  "gc",
                  List.of("bus", "config", "events", "oci", "registry", "store", "ulid", "upload")),
              Map.entry(
                  "scrub",
                  List.of("bus", "config", "events", "oci", "registry", "store", "ulid", "upload")),
              Map.entry("access", List.of("bus", "config", "oci", "registry", "ulid")),
              Map.entry(
                  "api",
                  List.of(
                      "access",
                      "bus",
                      "config",
                      "events",
                      "gc",
                      "oci",
                      "registry",
                      "scrub",
                      "store",
                      "sync",
                      "ulid",
                      "upload")),
              Map.entry(
                  "server",
                  List.of(
                      "access",
                      "api",
                      "bus",
                      "config",
                      "events",
                      "gc",
                      "log",
                      "oci",
                      "registry",
                      "scrub",
                      "store",
                      "sync",
                      "ulid",
                      "upload")),
              Map.entry("bench", List.of("config", "oci")),
              Map.entry("cli", List.of("bench", "config", "gc", "log", "oci", "scrub", "server"))));

  @Test
  void everyPackageUsesOnlyWhatLiesBelowIt() {
    MAY_USE.forEach(
        (name, below) -> {
          var allowed =
              below.stream().map(it -> "io.sluice." + it + "..").collect(Collectors.toList());
          allowed.add("io.sluice." + name + "..");
          ArchRule rule =
              noClasses()
                  .that()
                  .resideInAPackage("io.sluice." + name + "..")
                  .should()
                  .dependOnClassesThat(
                      Predicates.resideInAPackage("io.sluice..")
                          .and(Predicates.resideOutsideOfPackages(allowed.toArray(String[]::new))));
          rule.check(CLASSES);
        });
  }

  @Test
  void noPackageIsMissingFromThePicture() throws Exception {
    try (var folders = Files.list(Path.of("src/main/java/io/sluice"))) {
      assertThat(folders.filter(Files::isDirectory).map(it -> it.getFileName().toString()).toList())
          .containsExactlyInAnyOrderElementsOf(MAY_USE.keySet());
    }
  }

  @Test
  void packagesFormNoCircle() {
    slices().matching("io.sluice.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyPackageSaysWhatLivesInItAndKnowsNoNull() throws Exception {
    try (var files = Files.walk(Path.of("src/main/java/io/sluice"))) {
      for (var folder : files.filter(Files::isDirectory).toList()) {
        var info = folder.resolve("package-info.java");
        assertThat(info).exists();
        assertThat(Files.readString(info)).contains("/**", "NullMarked");
      }
    }
  }

  @Test
  void nothingWaitsWhereNothingMayWait() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.sluice.server..", "io.sluice.cli..", "io.sluice.bench..")
        .should()
        .callMethodWhere(target(owner(Predicates.type(Thread.class))).and(target(name("sleep"))))
        .orShould()
        .callMethodWhere(
            target(owner(Predicates.assignableTo(CompletableFuture.class)))
                .and(target(nameMatching("get|join|getNow"))))
        .orShould()
        .callMethodWhere(
            target(owner(Predicates.assignableTo(io.vertx.core.Future.class)))
                .and(target(name("await"))))
        .check(CLASSES);
  }

  @Test
  void onlyTheStoreOfFilesTouchesFiles() {
    noClasses()
        .that()
        .resideInAnyPackage("io.sluice.upload..", "io.sluice.registry..", "io.sluice.events..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName(Files.class.getName())
        .check(CLASSES);
  }

  @Test
  void verticlesAreCalledSo() {
    classes()
        .that()
        .areAssignableTo(io.vertx.core.VerticleBase.class)
        .and()
        .resideOutsideOfPackage("io.sluice.bench..")
        .should()
        .haveSimpleNameEndingWith("Verticle")
        .check(CLASSES);
  }
}
