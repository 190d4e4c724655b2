package io.sluice.upload;

import io.sluice.oci.RepositoryName;

/**
 * What a client names an upload by: all three must be those that it was begun with; anything else
 * is as unknown as an upload that never was.
 *
 * @param owner the name of the user who began it, {@code ""} for anonymous clients
 */
public record UploadHandle(RepositoryName repository, UploadId id, String owner) {}
