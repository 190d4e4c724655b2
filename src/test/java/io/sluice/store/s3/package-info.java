/** Tests of the store in S3, on whichever S3 {@link io.sluice.testkit.s3.S3Server} gives. */
@org.jspecify.annotations.NullMarked
package io.sluice.store.s3;
