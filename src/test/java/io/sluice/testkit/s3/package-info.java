/**
 * An S3 server for the tests, and what can go wrong with one: {@link io.sluice.testkit.s3.S3Server}
 * is the server, {@link io.sluice.testkit.s3.Bucket} what one test has of it, and {@link
 * io.sluice.testkit.s3.FaultyS3} a proxy that counts, delays, refuses and cuts.
 */
@NullMarked
package io.sluice.testkit.s3;

import org.jspecify.annotations.NullMarked;
