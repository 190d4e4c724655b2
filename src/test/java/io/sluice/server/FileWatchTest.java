package io.sluice.server;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as editors, scripts and the kubelet change them, looked at step by step. */
class FileWatchTest {
  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void aFile() throws IOException {
    file = Files.writeString(folder.resolve("htpasswd"), "one");
  }

  @Test
  void whatWasThereAtTheBeginningIsNotTold() {
    var watch = new FileWatch(List.of(file));
    assertThat(watch.look()).isEmpty();
    assertThat(watch.look()).isEmpty();
  }

  @Test
  void newContentIsToldOnceItHasStoodForTwoLooks() throws IOException {
    var watch = new FileWatch(List.of(file));
    Files.writeString(file, "second");
    assertThat(watch.look()).isEmpty();
    assertThat(watch.look()).containsExactly(file);
    assertThat(watch.look()).isEmpty();
  }

  @Test
  void aFileThatIsBeingWrittenIsNotTakenByHalf() throws IOException {
    var watch = new FileWatch(List.of(file));
    for (int i = 0; i < 3; i++) {
      Files.writeString(file, "more and ", StandardOpenOption.APPEND);
      assertThat(watch.look()).isEmpty();
    }
    assertThat(watch.look()).containsExactly(file);
  }

  @Test
  void contentOfTheSameLengthInTheSameInstantIsSeen() throws IOException {
    var watch = new FileWatch(List.of(file));
    var time = Files.getLastModifiedTime(file);
    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, time);
    assertThat(watch.look()).containsExactly(file);
  }

  @Test
  void aFileThatIsOnlyTouchedOrReplacedByTheSameIsNotTold() throws IOException {
    var watch = new FileWatch(List.of(file));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1));
    assertThat(twoLooks(watch)).isEmpty();
    replace("one");
    assertThat(twoLooks(watch)).isEmpty();
    assertThat(watch.lookAtOnce()).isEmpty();
  }

  @Test
  void anEditorsRenameAndReplaceIsSeen() throws IOException {
    var watch = new FileWatch(List.of(file));
    replace("two");
    assertThat(twoLooks(watch)).containsExactly(file);
  }

  @Test
  void whatWasToldIsNotToldAgain() throws IOException {
    var watch = new FileWatch(List.of(file));
    replace("two");
    assertThat(watch.lookAtOnce()).containsExactly(file);
    assertThat(watch.lookAtOnce()).isEmpty();
    assertThat(twoLooks(watch)).isEmpty();
    replace("two");
    assertThat(twoLooks(watch)).isEmpty();
    replace("one");
    assertThat(twoLooks(watch)).containsExactly(file);
  }

  @Test
  void aFileThatGoesIsNotToldAndTheSameThatComesBackNeither() throws IOException {
    var watch = new FileWatch(List.of(file));
    Files.delete(file);
    assertThat(twoLooks(watch)).isEmpty();
    Files.writeString(file, "one");
    assertThat(twoLooks(watch)).isEmpty();
    Files.delete(file);
    assertThat(watch.look()).isEmpty();
    Files.writeString(file, "two");
    assertThat(twoLooks(watch)).containsExactly(file);
  }

  @Test
  void aFileThatIsNotThereYetIsToldWhenItIs() throws IOException {
    var later = folder.resolve("conf/later");
    var watch = new FileWatch(List.of(later));
    assertThat(twoLooks(watch)).isEmpty();
    Files.createDirectories(later.getParent());
    Files.writeString(later, "");
    assertThat(twoLooks(watch)).containsExactly(later);
  }

  @Test
  void theSwapOfAMountedSecretIsSeen() throws IOException {
    var secret = new MountedSecret(folder.resolve("secret"));
    secret.publish("2026_01", "one", "cert");
    var watch = new FileWatch(List.of(secret.file("htpasswd"), secret.file("tls.crt")));
    secret.publish("2026_02", "two", "cert");
    assertThat(twoLooks(watch)).containsExactly(secret.file("htpasswd"));
    secret.publish("2026_03", "two", "cert");
    assertThat(twoLooks(watch)).isEmpty();
    secret.publish("2026_04", "three", "another");
    assertThat(twoLooks(watch))
        .containsExactlyInAnyOrder(secret.file("htpasswd"), secret.file("tls.crt"));
  }

  @Test
  void filesMayChangeAndWhatAJoiningOneHoldsIsKnown() throws IOException {
    var other = Files.writeString(folder.resolve("other"), "1");
    var watch = new FileWatch(List.of(file));
    Files.writeString(file, "second");
    watch.watch(List.of(file, other));
    assertThat(twoLooks(watch)).containsExactly(file);
    watch.watch(List.of(other));
    Files.writeString(file, "the third");
    Files.writeString(other, "the second");
    assertThat(twoLooks(watch)).containsExactly(other);
  }

  @Test
  void foldersAndUnreadableLinksAreNoFiles() throws IOException {
    var loop = folder.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    var watch = new FileWatch(List.of(folder, loop));
    Files.writeString(folder.resolve("new"), "");
    assertThat(twoLooks(watch)).isEmpty();
    assertThat(watch.lookAtOnce()).isEmpty();
  }

  @Test
  void ofAHugeFileTheBeginningAndTheLengthCount() throws IOException {
    var huge = folder.resolve("huge");
    try (var channel =
        Files.newByteChannel(huge, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.position((64L << 20) - 1).write(java.nio.ByteBuffer.allocate(1));
    }
    var watch = new FileWatch(List.of(huge));
    Files.writeString(huge, "x", StandardOpenOption.APPEND);
    assertThat(twoLooks(watch)).containsExactly(huge);
  }

  private List<Path> twoLooks(FileWatch watch) {
    var first = watch.look();
    assertThat(first).isEmpty();
    return watch.look();
  }

  private void replace(String content) throws IOException {
    var fresh = Files.writeString(folder.resolve(".htpasswd.swp"), content);
    Files.move(fresh, file, ATOMIC_MOVE, REPLACE_EXISTING);
  }

  /**
   * A Secret's folder as the kubelet keeps it: files are links by way of the link {@code ..data}.
   */
  private record MountedSecret(Path folder) {

    void publish(String version, String htpasswd, String certificate) throws IOException {
      var data = Files.createDirectories(folder.resolve(".." + version));
      Files.writeString(data.resolve("htpasswd"), htpasswd);
      Files.writeString(data.resolve("tls.crt"), certificate);
      var current = folder.resolve("..data");
      var former = Files.exists(current) ? current.toRealPath() : null;
      var next = Files.createSymbolicLink(folder.resolve("..data_tmp"), data.getFileName());
      Files.move(next, current, ATOMIC_MOVE, REPLACE_EXISTING);
      if (former == null) {
        Files.createSymbolicLink(file("htpasswd"), Path.of("..data", "htpasswd"));
        Files.createSymbolicLink(file("tls.crt"), Path.of("..data", "tls.crt"));
      } else {
        Files.delete(former.resolve("htpasswd"));
        Files.delete(former.resolve("tls.crt"));
        Files.delete(former);
      }
    }

    Path file(String name) {
      return folder.resolve(name);
    }
  }
}
