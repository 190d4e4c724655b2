package io.sluice.store.memory;

import io.sluice.store.ObjectStore;
import io.sluice.store.ObjectStoreContract;

class MemoryObjectStoreTest extends ObjectStoreContract {
  @Override
  protected ObjectStore create() {
    return new MemoryObjectStore(vertx());
  }

  @Override
  protected ObjectStore reopen() {
    return store();
  }
}
