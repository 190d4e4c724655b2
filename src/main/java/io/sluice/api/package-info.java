/**
 * HTTP, and nothing but: paths, headers, ranges, pages, errors as the specification wants them.
 * What a request means is asked of {@code registry} over the bus; bytes pass between the socket and
 * the store on the request's own context.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.api;
