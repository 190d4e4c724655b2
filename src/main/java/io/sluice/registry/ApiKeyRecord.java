package io.sluice.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An API key as it is kept: all but the secret itself. It never changes; whether it has expired is
 * for the reader to judge.
 *
 * @param user whose it is
 * @param uuid what its owner names it by, 36 characters in lower case
 * @param hash the SHA-256 of its secret part, in lower-case hex
 * @param scopes what its owner asked for, as it was asked
 * @param provenBy how the user had shown who they are when they made it
 */
public record ApiKeyRecord(
    String user,
    String uuid,
    String hash,
    String label,
    List<String> scopes,
    Instant created,
    Optional<Instant> expires,
    String creatorUserAgent,
    String provenBy) {

  private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final ObjectMapper JSON = new ObjectMapper();

  public ApiKeyRecord {
    if (!isUuid(uuid) || !isHash(hash)) {
      throw new IllegalArgumentException("not the name of an API key");
    }
    scopes = List.copyOf(scopes);
  }

  static boolean isUuid(String text) {
    return UUID.matcher(text).matches();
  }

  static boolean isHash(String text) {
    return HASH.matcher(text).matches();
  }

  ByteBuffer toJson() {
    var json = JSON.createObjectNode();
    json.put("user", user);
    json.put("uuid", uuid);
    json.put("hash", hash);
    json.put("label", label);
    var list = json.putArray("scopes");
    scopes.forEach(list::add);
    json.put("created", created.toString());
    expires.ifPresent(at -> json.put("expires", at.toString()));
    json.put("creatorUserAgent", creatorUserAgent);
    json.put("provenBy", provenBy);
    try {
      return ByteBuffer.wrap(
          (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static ApiKeyRecord parse(Buffer bytes) throws IOException {
    JsonNode json = JSON.readTree(bytes.getBytes());
    var scopes = new ArrayList<String>();
    json.path("scopes").forEach(scope -> scopes.add(scope.asText()));
    try {
      return new ApiKeyRecord(
          json.path("user").asText(),
          json.path("uuid").asText(),
          json.path("hash").asText(),
          json.path("label").asText(),
          scopes,
          Instant.parse(json.path("created").asText()),
          json.has("expires")
              ? Optional.of(Instant.parse(json.path("expires").asText()))
              : Optional.empty(),
          json.path("creatorUserAgent").asText(),
          json.path("provenBy").asText());
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IOException("not the record of an API key", e);
    }
  }
}
