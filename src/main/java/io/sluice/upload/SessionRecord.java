package io.sluice.upload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.ulid.Ulid;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What is kept of a session so that it can be taken up again by whoever has the same store: one
 * line of JSON, then the bytes that did not fill a part.
 *
 * @param multipartId the multipart write that has the bytes before the tail, if there are any
 * @param stored how many bytes were in the multipart write when this was written: the tail starts
 *     there
 */
record SessionRecord(
    RepositoryName repository,
    Digest.Algorithm algorithm,
    DataId data,
    Optional<String> multipartId,
    long stored,
    Buffer tail) {

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

  ByteBuffer encode() {
    var json = JSON.createObjectNode();
    json.put("repository", repository.value());
    json.put("algorithm", algorithm.name());
    json.put("data", data.toString());
    multipartId.ifPresent(id -> json.put("multipart", id));
    json.put("stored", stored);
    json.put("tail", tail.length());
    try {
      var line = (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.allocate(line.length + tail.length()).put(line).put(tail.getBytes()).flip();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static SessionRecord decode(Buffer buffer) throws IOException {
    var bytes = buffer.getBytes();
    int line = 0;
    while (line < bytes.length && bytes[line] != '\n') {
      line++;
    }
    try {
      JsonNode json = JSON.readTree(bytes, 0, line);
      var tail = buffer.slice(Math.min(line + 1, bytes.length), bytes.length);
      if (tail.length() != json.path("tail").asInt(-1)) {
        throw new IOException("the tail has " + tail.length() + " bytes");
      }
      return new SessionRecord(
          new RepositoryName(json.path("repository").asText()),
          Digest.Algorithm.valueOf(json.path("algorithm").asText()),
          new DataId(new Ulid(json.path("data").asText())),
          Optional.ofNullable(json.path("multipart").textValue()),
          json.path("stored").asLong(),
          tail);
    } catch (IllegalArgumentException e) {
      throw new IOException("not the record of an upload", e);
    }
  }
}
