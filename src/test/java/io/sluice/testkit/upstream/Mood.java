package io.sluice.testkit.upstream;

/** What is wrong with an upstream until it {@linkplain ScriptedUpstream#heal heals}. */
public enum Mood {
  /** Answers of manifests have no {@code Docker-Content-Digest}. */
  WITHOUT_DIGEST_HEADER,
  /** Answers of manifests have a {@code Docker-Content-Digest} that is none of theirs. */
  WRONG_DIGEST_HEADER,
  /** Manifests and blobs are others than those that were asked for, of the same length. */
  OTHER_BYTES,
  /** {@code Range} is ignored. */
  WITHOUT_RANGES,
  /** Ranges begin one byte later than asked. */
  WRONG_RANGES,
  /** There is no referrers API. */
  WITHOUT_REFERRERS,
  /** There is no catalog. */
  WITHOUT_CATALOG,
  /** Bodies end ten bytes before the {@code Content-Length} that was announced. */
  SHORT_BODIES,
  /** Ten more bytes are sent than the {@code Content-Length} that was announced. */
  LONG_BODIES,
  /** Bodies are chunked, so nobody knows how long they will be. */
  UNKNOWN_LENGTH,
  /** Bodies never end. */
  ENDLESS_BODIES,
  /** Everything is said to be compressed. */
  GZIP,
  /** Everything is a web page that says that all is well. */
  WEB_PAGES,
  /** Lists go on and on. */
  ENDLESS_LISTS,
  /** The next page of a list is at another host. */
  LISTS_GO_ELSEWHERE,
  /** Requests are read, and never answered. */
  SILENT
}
