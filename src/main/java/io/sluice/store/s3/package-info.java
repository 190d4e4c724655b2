/**
 * Objects in a bucket of S3, through the asynchronous client of the AWS SDK. What the SDK does is
 * bounded here: its calls by windows and deadlines, its answers by back-pressure; its futures and
 * exceptions end here too.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.store.s3;
