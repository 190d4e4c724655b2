package io.sluice.api;

import io.netty.util.AsciiString;

/** Header names of the protocol, prepared for writing. */
final class Headers {
  static final CharSequence API_VERSION = AsciiString.cached("Docker-Distribution-Api-Version");
  static final CharSequence CONTENT_DIGEST = AsciiString.cached("Docker-Content-Digest");
  static final CharSequence UPLOAD_UUID = AsciiString.cached("Docker-Upload-UUID");
  static final CharSequence OCI_SUBJECT = AsciiString.cached("OCI-Subject");
  static final CharSequence OCI_TAG = AsciiString.cached("OCI-Tag");
  static final CharSequence OCI_FILTERS = AsciiString.cached("OCI-Filters-Applied");
  static final CharSequence REQUEST_ID = AsciiString.cached("X-Request-Id");

  static final CharSequence WWW_AUTHENTICATE = AsciiString.cached("WWW-Authenticate");
  static final CharSequence CONTENT_TYPE_OPTIONS = AsciiString.cached("X-Content-Type-Options");
  static final CharSequence NOSNIFF = AsciiString.cached("nosniff");
  static final CharSequence CONTENT_SECURITY_POLICY = AsciiString.cached("Content-Security-Policy");

  /** A browser that is led to a blob must not run what is in it. */
  static final CharSequence NO_CONTENT =
      AsciiString.cached("default-src 'none'; frame-ancestors 'none'; sandbox");

  static final CharSequence WARNING = AsciiString.cached("warning");
  static final CharSequence RANGE = AsciiString.cached("Range");
  static final CharSequence IF_RANGE = AsciiString.cached("If-Range");
  static final CharSequence LINK = AsciiString.cached("Link");

  static final CharSequence REGISTRY_2_0 = AsciiString.cached("registry/2.0");
  static final CharSequence JSON = AsciiString.cached("application/json");
  static final CharSequence OCTETS = AsciiString.cached("application/octet-stream");

  private Headers() {}
}
