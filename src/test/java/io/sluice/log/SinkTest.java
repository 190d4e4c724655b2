package io.sluice.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Lines while their target changes. */
class SinkTest {
  private static final int LINES = 20_000;

  private final LoggerContext context = new LoggerContext();

  @Test
  void noLineIsLostDoubledOrOutOfOrderWhileTheTargetChanges() throws Exception {
    var targets = new ArrayList<ListAppender<ILoggingEvent>>();
    targets.add(target());
    var sink = new Sink(targets.getFirst());
    sink.start();
    var begun = new CountDownLatch(1);
    var writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < LINES; i++) {
                    sink.doAppend(line(i));
                    begun.countDown();
                  }
                });
    begun.await();
    while (writer.isAlive()) {
      var next = target();
      targets.add(next);
      sink.replace(next);
    }
    writer.join();
    assertThat(targets).hasSizeGreaterThan(1);
    var seen = targets.stream().flatMap(target -> target.list.stream()).toList();
    assertThat(seen).hasSize(LINES);
    for (int i = 0; i < LINES; i++) {
      assertThat(seen.get(i).getMessage()).isEqualTo("line " + i);
    }
    assertThat(targets.getFirst().isStarted()).isFalse();
    assertThat(targets.getLast().isStarted()).isTrue();
    sink.stop();
    assertThat(targets.getLast().isStarted()).isFalse();
  }

  private ListAppender<ILoggingEvent> target() {
    var target = new ListAppender<ILoggingEvent>();
    target.setContext(context);
    target.start();
    return target;
  }

  private LoggingEvent line(int number) {
    return new LoggingEvent(
        "", context.getLogger("test"), Level.INFO, "line " + number, null, null);
  }
}
