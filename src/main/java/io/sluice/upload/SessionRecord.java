package io.sluice.upload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.store.MultipartWrite;
import io.sluice.ulid.Ulid;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is kept of a session so that it can be taken up again by whoever has the same store: one
 * line of JSON, then the tail, the bytes that did not fill a part.
 *
 * @param owner who began it; {@code ""} if that was anonymous
 * @param multipartId the multipart write that has the bytes before the tail, if there are any
 * @param parts those of the multipart write that the store gave a receipt for
 * @param stored how many bytes were in the multipart write when this was written: the tail starts
 *     there
 * @param tail the length of the tail in bytes
 */
record SessionRecord(
    RepositoryName repository,
    String owner,
    Digest.Algorithm algorithm,
    DataId data,
    Optional<String> multipartId,
    List<MultipartWrite.Part> parts,
    long stored,
    int tail) {

  static final String PREFIX = "uploads/";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** All records of a session, the newest last: {@code uploads/<uploadId>/<ulid>-<dataId>}. */
  static String prefix(UploadId id) {
    return PREFIX + id + "/";
  }

  static String key(UploadId id, Ulid sequence, DataId data) {
    return prefix(id) + sequence + "-" + data;
  }

  /** Which session a record's key belongs to. */
  static Optional<UploadId> idOf(String key) {
    var id = key.split("/", -1)[1];
    return UploadId.isValid(id) ? Optional.of(new UploadId(id)) : Optional.empty();
  }

  /** Which data a record's key names. */
  static Optional<DataId> dataOf(String key) {
    var data = key.substring(key.lastIndexOf('-') + 1);
    return Ulid.isUlid(data) ? Optional.of(new DataId(new Ulid(data))) : Optional.empty();
  }

  /** Whether this is the session that a client means. */
  boolean isOf(UploadHandle upload) {
    return repository.equals(upload.repository()) && owner.equals(upload.owner());
  }

  /** The line, with its end. */
  ByteBuffer line() {
    var json = JSON.createObjectNode();
    json.put("repository", repository.value());
    if (!owner.isEmpty()) {
      json.put("owner", owner);
    }
    json.put("algorithm", algorithm.name());
    json.put("data", data.toString());
    multipartId.ifPresent(id -> json.put("multipart", id));
    if (!parts.isEmpty()) {
      var list = json.putArray("parts");
      parts.forEach(
          part -> list.addArray().add(part.number()).add(part.size()).add(part.receipt()));
    }
    json.put("stored", stored);
    json.put("tail", tail);
    try {
      return ByteBuffer.wrap(
          (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How long the line is, with its end; empty if it doesn't end in these bytes. */
  static Optional<Integer> lengthOfLine(Buffer start) {
    for (int i = 0; i < start.length(); i++) {
      if (start.getByte(i) == '\n') {
        return Optional.of(i + 1);
      }
    }
    return Optional.empty();
  }

  /** Reads a line. */
  static SessionRecord parse(Buffer line) throws IOException {
    try {
      JsonNode json = JSON.readTree(line.getBytes());
      int tail = json.path("tail").asInt(-1);
      if (tail < 0) {
        throw new IOException("a record without the length of its tail");
      }
      return new SessionRecord(
          new RepositoryName(json.path("repository").asText()),
          json.path("owner").asText(""),
          Digest.Algorithm.valueOf(json.path("algorithm").asText()),
          new DataId(new Ulid(json.path("data").asText())),
          Optional.ofNullable(json.path("multipart").textValue()),
          parts(json.path("parts")),
          json.path("stored").asLong(),
          tail);
    } catch (IllegalArgumentException e) {
      throw new IOException("not the record of an upload", e);
    }
  }

  private static List<MultipartWrite.Part> parts(JsonNode list) {
    var parts = new ArrayList<MultipartWrite.Part>();
    for (var part : list) {
      parts.add(
          new MultipartWrite.Part(
              part.path(0).asInt(), part.path(1).asLong(), part.path(2).asText()));
    }
    return parts;
  }
}
