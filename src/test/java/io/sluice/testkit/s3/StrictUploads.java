package io.sluice.testkit.s3;

import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Knows no upload that is over, as S3 does. S3Proxy would keep its parts for ever, where nobody
 * sees them.
 */
final class StrictUploads extends ForwardingBlobStore {
  private final Set<String> open = ConcurrentHashMap.newKeySet();

  StrictUploads(BlobStore delegate) {
    super(delegate);
  }

  @Override
  public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
    var upload = super.initiateMultipartUpload(request);
    open.add(upload.id());
    return upload;
  }

  @Override
  public UploadPartResponse uploadMultipartPart(
      MultipartUpload upload, UploadPartRequest request, InputStream content) {
    requireOpen(upload);
    return super.uploadMultipartPart(upload, request, content);
  }

  @Override
  public List<Part> listMultipartUpload(MultipartUpload upload) {
    requireOpen(upload);
    return super.listMultipartUpload(upload);
  }

  private void requireOpen(MultipartUpload upload) {
    if (!open.contains(upload.id())) {
      throw NoSuchUploadException.builder()
          .statusCode(404)
          .message("The specified multipart upload does not exist")
          .awsErrorDetails(
              AwsErrorDetails.builder()
                  .errorCode("NoSuchUpload")
                  .errorMessage("The specified multipart upload does not exist")
                  .sdkHttpResponse(SdkHttpResponse.builder().statusCode(404).build())
                  .build())
          .build();
    }
  }

  @Override
  public void abortMultipartUpload(MultipartUpload upload) {
    open.remove(upload.id());
    super.abortMultipartUpload(upload);
  }

  @Override
  public CompleteMultipartUploadResponse completeMultipartUpload(
      MultipartUpload upload, CompleteMultipartUploadRequest request) {
    var answer = super.completeMultipartUpload(upload, request);
    open.remove(upload.id());
    return answer;
  }
}
