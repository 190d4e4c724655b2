package io.sluice.upload;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of one session in the store: the newest counts, the ones before it go. Confined to
 * its session's context.
 */
final class SessionRecords {
  private final UploadResources resources;
  private final UploadId id;
  private final List<String> keys;

  SessionRecords(UploadResources resources, UploadId id, List<String> known) {
    this.resources = resources;
    this.id = id;
    this.keys = new ArrayList<>(known);
  }

  Future<Void> write(SessionRecord record) {
    var key = SessionRecord.key(id, resources.ulids().next(), record.data());
    var before = List.copyOf(keys);
    keys.add(key);
    return resources
        .store()
        .put(key, record.encode())
        .compose(_ -> resources.store().delete(before))
        .onSuccess(_ -> keys.removeAll(before));
  }

  Future<Void> delete() {
    var all = List.copyOf(keys);
    keys.clear();
    return resources.store().delete(all);
  }
}
