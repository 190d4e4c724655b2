package io.sluice.store.s3;

import io.sluice.config.S3DriverConfig;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.StorageClass;

/**
 * What the configuration wants every new object to have. What is S3's own default is not said: some
 * stores refuse the headers.
 */
final class Headers {
  private final Optional<StorageClass> storageClass;
  private final Optional<ObjectCannedACL> acl;
  private final Optional<ServerSideEncryption> encryption;
  private final Optional<String> key;

  Headers(S3DriverConfig config) {
    storageClass =
        Optional.of(config.storageClass())
            .filter(it -> !it.equals("STANDARD") && !it.equals("NONE"))
            .map(StorageClass::fromValue);
    acl =
        Optional.of(config.objectAcl())
            .filter(it -> !it.equals("private"))
            .map(ObjectCannedACL::fromValue);
    key = config.encrypt() ? config.keyId() : Optional.empty();
    encryption =
        config.encrypt()
            ? Optional.of(
                key.isPresent() ? ServerSideEncryption.AWS_KMS : ServerSideEncryption.AES256)
            : Optional.empty();
  }

  void put(PutObjectRequest.Builder request) {
    storageClass.ifPresent(request::storageClass);
    acl.ifPresent(request::acl);
    encryption.ifPresent(request::serverSideEncryption);
    key.ifPresent(request::ssekmsKeyId);
  }

  void create(CreateMultipartUploadRequest.Builder request) {
    storageClass.ifPresent(request::storageClass);
    acl.ifPresent(request::acl);
    encryption.ifPresent(request::serverSideEncryption);
    key.ifPresent(request::ssekmsKeyId);
  }
}
