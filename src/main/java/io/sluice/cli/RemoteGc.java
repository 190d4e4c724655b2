package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.oci.RepositoryName;
import java.util.Optional;
import java.util.function.Consumer;

/** The collections of a running registry. */
record RemoteGc(AdminApi api) implements GcCommand.Source {
  private static final String PATH = "/v2/_sluice/gc";

  @Override
  public JsonNode run(boolean confirmed) {
    return api.post(PATH + (confirmed ? "?confirm=true" : ""), Optional.empty());
  }

  @Override
  public JsonNode state() {
    return api.get(PATH);
  }

  @Override
  public void preview(
      Optional<PolicyFile> policy, Optional<RepositoryName> repository, Consumer<JsonNode> line) {
    // No character of a name needs to be encoded.
    var path = PATH + "/preview" + repository.map(name -> "?repository=" + name).orElse("");
    api.lines(path, policy.map(PolicyFile::json), line);
  }

  @Override
  public void close() {
    api.close();
  }
}
