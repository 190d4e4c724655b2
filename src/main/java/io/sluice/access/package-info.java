/**
 * Who is it, and what may they do: passwords, API keys, client certificates, and the rules of
 * {@code http.accessControl}. Knows nothing of HTTP but the header that credentials come in; {@code
 * api} asks here before it does anything.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.access;
