package io.sluice.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.store.MultipartWrite;
import io.sluice.ulid.Ulid;
import io.sluice.ulid.Ulids;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionRecordTest {
  private static final DataId DATA = new DataId(new Ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV"));

  @Property
  void isReadAsItWasWritten(
      @ForAll String owner,
      @ForAll Digest.Algorithm algorithm,
      @ForAll("multiparts") Optional<String> multipart,
      @ForAll @LongRange(min = 0) long stored,
      @ForAll("parts") List<MultipartWrite.Part> parts,
      @ForAll @IntRange(min = 0) int tail)
      throws IOException {
    var record =
        new SessionRecord(
            new RepositoryName("a/b"), owner, algorithm, DATA, multipart, parts, stored, tail);

    var line = Buffer.buffer(record.line().array());

    assertThat(SessionRecord.lengthOfLine(line)).contains(line.length());
    assertThat(SessionRecord.lengthOfLine(line.slice(0, line.length() - 1))).isEmpty();
    assertThat(SessionRecord.parse(line)).isEqualTo(record);
  }

  @Provide
  Arbitrary<List<MultipartWrite.Part>> parts() {
    return Combinators.combine(
            Arbitraries.integers().greaterOrEqual(1),
            Arbitraries.longs().greaterOrEqual(0),
            Arbitraries.strings().ofMaxLength(40))
        .as(MultipartWrite.Part::new)
        .list()
        .ofMaxSize(5);
  }

  @Provide
  Arbitrary<Optional<String>> multiparts() {
    return Arbitraries.strings().ofMinLength(1).ofMaxLength(30).optional();
  }

  @Property
  void damageIsToldAsSuch(@ForAll byte[] bytes) {
    try {
      SessionRecord.parse(Buffer.buffer(bytes));
    } catch (IOException expected) {
      assertThat(expected).isNotNull();
    }
  }

  /** Records of before there were users. */
  @Test
  void whoseItIsCountsAndOneThatDoesNotSayIsAnonymous() throws IOException {
    var app = new RepositoryName("a");
    var id = UploadId.random();
    var record =
        SessionRecord.parse(
            Buffer.buffer(
                "{\"repository\":\"a\",\"algorithm\":\"SHA256\",\"data\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"stored\":0,\"tail\":0}\n"));

    assertThat(record.isOf(new UploadHandle(app, id, ""))).isTrue();
    assertThat(record.isOf(new UploadHandle(app, id, "alice"))).isFalse();
    assertThat(record.isOf(new UploadHandle(new RepositoryName("b"), id, ""))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "null\n",
        "{}\n",
        "{\"repository\":\"a\",\"algorithm\":\"SHA256\",\"data\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"stored\":0}\n",
        "{\"repository\":\"../a\",\"algorithm\":\"SHA256\",\"data\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"stored\":0,\"tail\":0}\n",
        "{\"repository\":\"a\",\"algorithm\":\"MD5\",\"data\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"stored\":0,\"tail\":0}\n",
        "{\"repository\":\"a\",\"algorithm\":\"SHA256\",\"data\":\"x\",\"stored\":0,\"tail\":0}\n"
      })
  void whatIsNotARecordIsRefused(String text) {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> SessionRecord.parse(Buffer.buffer(text)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void itsKeyTellsWhoseItIs() {
    var id = UploadId.random();
    var key = SessionRecord.key(id, new Ulids(InstantSource.system()).next(), DATA);

    assertThat(key).startsWith(SessionRecord.prefix(id));
    assertThat(SessionRecord.idOf(key)).contains(id);
    assertThat(SessionRecord.dataOf(key)).contains(DATA);
    assertThat(SessionRecord.idOf("uploads/x/y")).isEmpty();
    assertThat(SessionRecord.dataOf("uploads/x/y")).isEmpty();
  }
}
