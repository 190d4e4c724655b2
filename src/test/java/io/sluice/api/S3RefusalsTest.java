package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.OverS3;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.s3.Bucket;
import io.sluice.testkit.s3.FaultyS3;
import io.sluice.testkit.s3.Refusal;
import java.util.LinkedHashMap;
import java.util.Map;

/** A store that says no at run time: clients are told why, and it heals without a restart. */
class S3RefusalsTest {

  private static Map<Refusal, String> reasons() {
    var reasons = new LinkedHashMap<Refusal, String>();
    var credentials = "the store does not accept our credentials";
    reasons.put(Refusal.expiredToken(), credentials);
    reasons.put(Refusal.invalidAccessKeyId(), credentials);
    reasons.put(Refusal.signatureDoesNotMatch(), credentials);
    reasons.put(Refusal.accessDenied(), "the store does not permit it");
    reasons.put(
        Refusal.requestTimeTooSkewed(),
        "the clocks of this server and of the store differ too much");
    reasons.put(Refusal.noSuchBucket(), "the bucket does not exist");
    reasons.put(Refusal.permanentRedirect("eu-west-1"), "the bucket is in another region");
    return reasons;
  }

  @OverS3(config = "{sluice: {cache: {trustFor: 0s}}}")
  void whileTheStoreRefusesClientsAreToldWhyAndAfterwardsAllWorks(
      Registry registry, FaultyS3 s3, Bucket bucket) {
    var app = registry.repository("team/app");
    var image = app.pushImage("1.4");
    var large = Payload.ofSize(200_000);
    app.push(large);
    reasons()
        .forEach(
            (refusal, reason) -> {
              var pushed = Payload.ofSize(100_000);
              var rule = s3.on().refuse(refusal);
              var answers =
                  new Answer[] {
                    app.startUpload().put(pushed.digest()).body(pushed).send(),
                    app.getBlob(large.digest()).send(),
                    app.getManifest("1.4").send(),
                    app.putManifest("1.5", image).send(),
                    app.tags("").send(),
                  };
              for (var answer : answers) {
                answer.expect(503);
                assertThat(answer.errorCode()).isEqualTo("UNAVAILABLE");
                assertThat(answer.errorMessage())
                    .isEqualTo("the storage can't do this now: " + reason);
                assertThat(answer.text()).doesNotContain(secrets(bucket));
              }
              var unready = registry.get("/readyz").answers(503);
              assertThat(unready.text()).contains(reason).doesNotContain(secrets(bucket));
              registry.get("/livez").answers(200);

              rule.remove();

              registry.get("/readyz").answers(200);
              app.getBlob(large.digest()).answers(200).expectBody(large);
              app.getManifest("1.4").answers(200).expectBody(image.payload());
              app.getManifest("1.5").answers(404);
              app.getBlob(pushed.digest()).answers(404);
              app.push(pushed);
            });
  }

  private static String[] secrets(Bucket bucket) {
    var server = bucket.server();
    return new String[] {bucket.name(), server.accessKey(), server.secretKey(), "127.0.0.1"};
  }

  @OverS3(impatient = true)
  void readinessFollowsTheStore(Registry registry, FaultyS3 s3) {
    registry.get("/readyz").answers(200);
    s3.outage();
    assertThat(registry.get("/readyz").answers(503).text()).contains("can't be reached");
    s3.recover();
    registry.get("/readyz").answers(200);
    var hang = s3.on().hang();
    assertThat(registry.get("/readyz").answers(503).text()).contains("can't be reached");
    hang.remove();
    registry.get("/readyz").answers(200);
  }
}
