package io.sluice.testkit;

import io.sluice.oci.Digest;

/** A repository as a client sees it. */
public final class Repository {
  private final Registry registry;
  private final String name;

  Repository(Registry registry, String name) {
    this.registry = registry;
    this.name = name;
  }

  public String name() {
    return name;
  }

  /** A path of this repository. */
  public String path(String rest) {
    return "/v2/" + name + "/" + rest;
  }

  public Ask getBlob(Digest digest) {
    return registry.get(path("blobs/" + digest));
  }

  public Ask headBlob(Digest digest) {
    return registry.head(path("blobs/" + digest));
  }

  public Ask deleteBlob(Digest digest) {
    return registry.delete(path("blobs/" + digest));
  }

  /** Pushes a blob in the usual way: POST, PUT. */
  public Digest push(Payload payload) {
    startUpload().put(payload.digest()).body(payload).answers(201);
    return payload.digest();
  }

  public Upload startUpload() {
    var answer = registry.post(path("blobs/uploads/")).answers(202);
    return new Upload(registry, this, answer);
  }

  public Ask mount(Digest digest, Repository from) {
    return registry.post(path("blobs/uploads/?mount=" + digest + "&from=" + from.name));
  }

  public Ask getManifest(Object reference) {
    return registry.get(path("manifests/" + reference));
  }

  public Ask headManifest(Object reference) {
    return registry.head(path("manifests/" + reference));
  }

  public Ask deleteManifest(Object reference) {
    return registry.delete(path("manifests/" + reference));
  }

  public Ask putManifest(Object reference, Document document) {
    return registry
        .put(path("manifests/" + reference))
        .header("Content-Type", document.mediaType())
        .body(document.payload());
  }

  /** Pushes an OCI image of one small layer under a tag. */
  public Document pushImage(String tag) {
    var config = Payload.ofSize(200);
    var layer = Payload.ofSize(3_000);
    push(config);
    push(layer);
    var image = Document.image(config, layer);
    putManifest(tag, image).answers(201);
    return image;
  }

  public Ask tags(String query) {
    return registry.get(path("tags/list" + query));
  }

  public Ask referrers(Digest subject, String query) {
    return registry.get(path("referrers/" + subject + query));
  }
}
