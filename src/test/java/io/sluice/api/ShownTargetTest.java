package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTargetTest {
  @ParameterizedTest
  @CsvSource({
    "/v2/a/tags/list?n=2&last=b, /v2/a/tags/list?n=2&last=b",
    "/v2/?token=x&account=y, /v2/?token=***&account=***",
    "/v2/?secret, /v2/?***",
    "/v2/?a=b=c;digest=d, /v2/?a=***&digest=d",
    "https://u:p@host/v2/?n=1, https://***@host/v2/?n=1",
    "//u:p/@@host/v2/, //u:p/@@host/v2/",
    "/v2/a@b, /v2/a@b",
    "*, *"
  })
  void onlyWhatTheSpecificationHasIsShown(String target, String shown) {
    assertThat(ShownTarget.of(target)).isEqualTo(shown);
  }
}
