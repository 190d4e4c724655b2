package io.sluice.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How much memory uploads and caches get where the configuration says nothing. */
final class Memory {
  /** More than this would only make a queue longer. */
  private static final long MOST = 256L << 20;

  private static final long LEAST = 16L << 20;

  private Memory() {}

  /**
   * For the buffers of uploads: a quarter of what the container (or the machine) has, and no more
   * than leaves the network its share of what the JVM may allocate outside of the heap. In bytes.
   */
  static long forUploads() {
    return Math.clamp(Math.min(limit() / 4, direct() * 2 / 3), LEAST, MOST);
  }

  /** For the contents of manifests: an eighth of the heap. In bytes. */
  static long forCache() {
    return Runtime.getRuntime().maxMemory() / 8;
  }

  private static long limit() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /** What {@code -XX:MaxDirectMemorySize} says; without it, as much as the heap. */
  private static long direct() {
    var option =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .getVMOption("MaxDirectMemorySize");
    long bytes = Long.parseLong(option.getValue());
    return bytes > 0 ? bytes : Runtime.getRuntime().maxMemory();
  }
}
