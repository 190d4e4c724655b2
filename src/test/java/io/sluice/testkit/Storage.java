package io.sluice.testkit;

import io.sluice.server.StoreFactory;
import java.nio.file.Path;
import java.util.List;

/** What a registry under test keeps its objects in; outlives the registry's restarts. */
public interface Storage extends AutoCloseable {

  /** What lies above the {@code rootDirectory} of every store. */
  Path stores();

  /** Opens what is here, also again after a restart. */
  StoreFactory factory();

  /** The keys of all objects in all stores, each with a slash in front. */
  List<String> keys();

  /** What isn't an object: drafts, parts of unfinished uploads, content that is still open. */
  List<String> unfinished();

  @Override
  void close();
}
