package io.sluice.store.fs;

/** The contract with everything on the disk when it is acknowledged. */
class FsObjectStoreTest extends FsContract {
  FsObjectStoreTest() {
    super(true);
  }
}
