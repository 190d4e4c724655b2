package io.sluice.store.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.oci.RegistryError.StoreUnavailable;
import io.sluice.oci.RegistryException;
import io.sluice.store.ListRequest;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import net.jqwik.api.Example;
import org.assertj.core.api.AbstractThrowableAssert;

/** The contract without fsync, and what only a store of files has to keep to. */
class FsObjectStoreFilesTest extends FsContract {
  FsObjectStoreFilesTest() {
    super(false);
  }

  @Example
  void whatADeadProcessWasWritingIsRemovedAtTheStart() throws IOException {
    Files.writeString(root().resolve(".tmp/half"), "ha");
    put("a/b", "x");
    await(() -> store().startMultipart("data/x"));

    current = reopen();

    assertThat(root().resolve(".tmp/half")).doesNotExist();
    assertThat(keys("")).containsExactly("a/b");
    assertThat(await(() -> store().pendingMultiparts()))
        .as("uploads go on after a restart")
        .hasSize(1);
  }

  /** Part by part through the page cache and past it, with parts that fit no block among them. */
  @Example
  void aLargeObjectIsWhatWasWrittenHoweverItsPartsReachTheDisk() throws Exception {
    int part = 1 << 20;
    var bytes = ByteBuffer.allocateDirect(part + 8192).alignedSlice(4096).slice(0, part);
    var expected = java.security.MessageDigest.getInstance("SHA-256");
    var random = new java.util.SplittableRandom(1);
    var content = new byte[part];
    var write = await(() -> store().startMultipart("data/large"));
    var parts = new java.util.ArrayList<io.sluice.store.MultipartWrite.Part>();
    long offset = 0;
    // Whole parts to well beyond what is cached, then an odd one, after which nothing is aligned.
    for (int i = 1; i <= 44; i++) {
      int size = i == 38 || i == 44 ? 70_001 : part;
      random.nextBytes(content);
      expected.update(content, 0, size);
      bytes.clear().put(content, 0, size).flip();
      int number = i;
      long at = offset;
      parts.add(await(() -> write.write(number, at, bytes)));
      assertThat(bytes.remaining()).isEqualTo(size);
      offset += size;
    }
    await(() -> write.complete(parts));

    var actual = java.security.MessageDigest.getInstance("SHA-256");
    actual.update(Files.readAllBytes(root().resolve("data/large")));
    assertThat(actual.digest()).isEqualTo(expected.digest());
  }

  @Example
  void noKeyLeadsOutOfTheFolderOrIntoOurOwn() {
    for (var key :
        List.of(
            "../x",
            "a/../x",
            "a/..",
            "..",
            ".",
            "a/./b",
            "/etc/x",
            "a//b",
            "a/",
            "",
            "a/b\0c",
            ".tmp/x",
            ".parts/x",
            "a/.hidden")) {
      assertThatIllegalArgumentException()
          .as(key)
          .isThrownBy(() -> await(() -> store().put(key, ByteBuffer.allocate(0))));
      assertThatIllegalArgumentException().as(key).isThrownBy(() -> await(() -> store().read(key)));
      assertThatIllegalArgumentException()
          .as(key)
          .isThrownBy(() -> await(() -> store().delete(List.of(key))));
      assertThatIllegalArgumentException()
          .as(key)
          .isThrownBy(() -> await(() -> store().startMultipart(key)));
    }
    for (var prefix : List.of("../", "/", "a/../../", ".parts/")) {
      assertThatIllegalArgumentException()
          .as(prefix)
          .isThrownBy(() -> await(() -> store().list(ListRequest.below(prefix))));
    }
  }

  @Example
  void noEmptyFoldersAreLeft() throws IOException {
    put("a/b/c/1", "x");
    put("a/b/d/1", "");
    put("e", "x");

    await(() -> store().delete(List.of("a/b/c/1")));
    assertThat(root().resolve("a/b/c")).doesNotExist();
    assertThat(root().resolve("a/b/d")).exists();
    await(() -> store().delete(List.of("a/b/d/1", "e")));

    assertThat(filesBelow(root()))
        .containsExactlyInAnyOrder(root().resolve(".tmp"), root().resolve(".parts"));
  }

  @Example
  void foldersWithoutObjectsAndFilesOfOthersAreNotListed() throws IOException {
    put("a/b", "x");
    Files.createDirectories(root().resolve("a/empty/er"));
    Files.createDirectories(root().resolve("lost+found"));
    Files.writeString(root().resolve("a/.nfs0001"), "x");
    Files.createDirectories(root().resolve("a/c"));
    Files.writeString(root().resolve("a/c/.nfs0001"), "x");
    Files.createSymbolicLink(root().resolve("a/link"), Path.of("/etc"));

    assertThat(keys("")).containsExactly("a/b");
    assertThat(await(() -> store().list(ListRequest.folders("a/"))).folders()).isEmpty();
    assertThat(await(() -> store().list(ListRequest.folders(""))).folders()).containsExactly("a/");
  }

  /** It could lead to whatever the process may read. */
  @Example
  void anObjectThatWasReplacedByASymbolicLinkIsNotThere() throws IOException {
    put("a/b", "x");
    put("a/c", "x");
    var secret = Files.writeString(root().resolve(".tmp/secret"), "a secret");
    Files.delete(root().resolve("a/b"));
    Files.createSymbolicLink(root().resolve("a/b"), secret);
    try {
      assertThat(keys("")).containsExactly("a/c");
      assertMissing(() -> store().read("a/b"));
      assertMissing(() -> store().open("a/b", 0, 8));

      await(() -> store().delete(List.of("a/b")));
      assertThat(Files.exists(root().resolve("a/b"), LinkOption.NOFOLLOW_LINKS)).isFalse();
      assertThat(secret).as("the link has gone, not where it led").exists();
    } finally {
      Files.delete(secret);
    }
  }

  @Example
  void aGrowingFileThatWasReplacedByASymbolicLinkIsNotWrittenTo() throws IOException {
    var write = await(() -> store().startMultipart("data/x"));
    var other = Files.writeString(root().resolve("other"), "untouched");
    Files.delete(root().resolve(".parts/data!x"));
    Files.createSymbolicLink(root().resolve(".parts/data!x"), other);

    assertMissing(() -> write.write(1, 0, ByteBuffer.wrap(new byte[] {1})));
    var resumed = store().resumeMultipart("data/x", write.id(), List.of());
    assertMissing(resumed::parts);
    assertMissing(() -> resumed.complete(List.of()));

    assertThat(Files.readString(other)).isEqualTo("untouched");
    await(resumed::abort);
    assertThat(other).exists();
  }

  private static void assertMissing(Callable<? extends Future<?>> call) {
    assertThatThrownBy(() -> await(() -> call.call().mapEmpty()))
        .isInstanceOf(ObjectNotFound.class);
  }

  /** An operator's, who moved a repository elsewhere on the disk. */
  @Example
  void aFolderMayBeASymbolicLinkAndStays() throws IOException {
    var elsewhere = Files.createDirectory(root().resolve("elsewhere"));
    var link = Files.createDirectory(root().resolve("repos")).resolve("a");
    Files.createSymbolicLink(link, elsewhere);
    put("repos/a/_tags/x", "x");
    put("repos/a/y", "");

    assertThat(keys("repos/a/")).containsExactly("repos/a/_tags/x", "repos/a/y");
    assertThat(await(() -> store().read("repos/a/_tags/x")).toString()).isEqualTo("x");
    await(() -> store().delete(List.of("repos/a/_tags/x")));

    assertThat(keys("repos/a/")).containsExactly("repos/a/y");
    await(() -> store().delete(List.of("repos/a/y")));
    assertThat(link).isSymbolicLink();
    Files.delete(link);
  }

  @Example
  void theFolderMayBeASymbolicLink() throws IOException {
    var link = root().resolveSibling(root().getFileName() + "-link");
    Files.createSymbolicLink(link, root());
    try {
      var store = FsObjectStore.open(vertx(), link, false);
      await(() -> store.put("a/b", ByteBuffer.allocate(1)));
      await(store::close);

      assertThat(keys("")).containsExactly("a/b");
    } finally {
      Files.delete(link);
    }
  }

  @Example
  void aDataDirectoryThatVanishesIsAFailureAndNotAnEmptyStore() throws IOException {
    put("a/b", "x");
    var write = await(() -> store().startMultipart("data/x"));
    for (var path : filesBelow(root())) {
      Files.delete(path);
    }
    Files.delete(root());

    assertUnavailable(() -> store().put("a/c", ByteBuffer.allocate(1)));
    assertUnavailable(() -> store().put("a/c", ByteBuffer.allocate(0)));
    assertUnavailable(() -> store().read("a/b"));
    assertUnavailable(() -> store().open("a/b", 0, 1));
    assertUnavailable(() -> store().list(ListRequest.below("a/")));
    assertUnavailable(() -> store().startMultipart("data/y"));
    assertUnavailable(() -> write.write(1, 0, ByteBuffer.allocate(1)));
    assertUnavailable(write::parts);
    assertUnavailable(() -> store().pendingMultiparts());
    assertUnavailable(() -> store().check());
  }

  /** As when a volume is not mounted where it should be. */
  @Example
  void aDataDirectoryThatWasEmptiedIsAFailureToo() throws IOException {
    put("a/b", "x");
    for (var path : filesBelow(root())) {
      Files.delete(path);
    }

    assertUnavailable(() -> store().put("a/c", ByteBuffer.allocate(1)));
    assertUnavailable(() -> store().put("a/c", ByteBuffer.allocate(0)));
    assertUnavailable(() -> store().read("a/b"));
    assertUnavailable(() -> store().list(ListRequest.below("a/")));
    assertUnavailable(() -> store().list(ListRequest.below("")));
    assertUnavailable(() -> store().check());
  }

  @Example
  void aFileThatIsShorterThanItWasIsAFailureAndNotZeros() throws IOException {
    put("data/x", "0123456789");
    Files.writeString(root().resolve("data/x"), "012");

    assertUnavailable(() -> store().open("data/x", 0, 10));
    Files.write(root().resolve("data/x"), new byte[99_999]);
    assertUnavailable(() -> store().open("data/x", 0, 100_000));
  }

  @Example
  void aFailureOfTheDiskIsToldWithoutPaths() {
    assertThat(DiskErrors.classify(writingTo(Path.of("/dev/full"))))
        .isEqualTo(new StoreUnavailable("the disk is full"));
    assertThat(DiskErrors.classify(new FileSystemException("/x", null, "Read-only file system")))
        .isEqualTo(new StoreUnavailable("the disk is read-only"));
    assertThat(DiskErrors.classify(new FileSystemException("/x", null, "Disk quota exceeded")))
        .isEqualTo(new StoreUnavailable("the disk is full"));
    assertThat(DiskErrors.classify(new FileSystemException("/x", null, "Too many open files")))
        .isEqualTo(new StoreUnavailable("too many files are open"));
    assertThat(DiskErrors.classify(new AccessDeniedException("/secret/path")))
        .isEqualTo(new StoreUnavailable("access to the data directory is denied"));
    assertThat(DiskErrors.classify(new IOException()))
        .isEqualTo(new StoreUnavailable("the disk reports an error"));
    assertThat(DiskErrors.classify(new IOException("/secret/path broke")).reason())
        .doesNotContain("secret");
  }

  private static IOException writingTo(Path device) {
    try (var channel = FileChannel.open(device, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1));
    } catch (IOException e) {
      return e;
    }
    throw new AssertionError(device + " took a byte");
  }

  /** A tree that a folder stands in the way of is what a disk error looks like, whoever we are. */
  @Example
  void whatCanNotBeWrittenLeavesNoDraft() throws IOException {
    Files.writeString(root().resolve("file"), "in the way");

    assertUnavailable(() -> store().put("file/x", ByteBuffer.allocate(10)));
    assertUnavailable(() -> store().put("file/x", ByteBuffer.allocate(0)));

    assertThat(filesBelow(root().resolve(".tmp"))).isEmpty();
    assertThat(Files.readString(root().resolve("file"))).isEqualTo("in the way");
  }

  @Example
  void whatFailsOnceDoesNotFailTheNext() throws IOException {
    var write = await(() -> store().startMultipart("data/x"));
    Files.delete(root().resolve(".parts").resolve(write.id()));
    assertThatThrownBy(() -> await(() -> write.write(1, 0, ByteBuffer.allocate(1))))
        .isInstanceOf(io.sluice.store.ObjectNotFound.class);
    assertThatThrownBy(() -> await(() -> write.write(2, 1, ByteBuffer.allocate(1))))
        .as("a gap would make the length of the file a lie")
        .isInstanceOf(io.sluice.store.ObjectNotFound.class);
    await(write::abort);

    var again = await(() -> store().startMultipart("data/x"));
    var part = await(() -> again.write(1, 0, ByteBuffer.allocate(1)));
    await(() -> again.complete(List.of(part)));
    assertThat(keys("")).containsExactly("data/x");
  }

  @Example
  void aWriteIsNotTakenForAnother() {
    ObjectStore store = store();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.resumeMultipart("data/x", "data!y", List.of()));
  }

  private static AbstractThrowableAssert<?, ?> assertUnavailable(
      Callable<? extends Future<?>> call) {
    return assertThatThrownBy(() -> await(() -> call.call().mapEmpty()))
        .isInstanceOfSatisfying(
            RegistryException.class,
            e -> assertThat(e.error()).isInstanceOf(StoreUnavailable.class));
  }
}
