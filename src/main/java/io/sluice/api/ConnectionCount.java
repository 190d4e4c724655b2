package io.sluice.api;

import io.sluice.access.AddressBlock;
import io.sluice.config.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many connections there are, in all and from each address. Shared by all instances; thread
 * safe.
 */
public final class ConnectionCount {
  private final int limit;
  private final int limitPerAddress;
  private final Supplier<List<Cidr>> unlimited;
  private final AtomicInteger all = new AtomicInteger();
  private final ConcurrentMap<String, Integer> byAddress = new ConcurrentHashMap<>();

  /**
   * With these limits.
   *
   * @param unlimited addresses for which only the limit of all counts: of proxies, behind which are
   *     many clients
   */
  public ConnectionCount(int limit, int limitPerAddress, Supplier<List<Cidr>> unlimited) {
    this.limit = limit;
    this.limitPerAddress = limitPerAddress;
    this.unlimited = unlimited;
  }

  /** Counts a connection, to be {@linkplain #release released}; false if there are too many. */
  boolean admit(@Nullable InetAddress address) {
    if (all.incrementAndGet() > limit) {
      all.decrementAndGet();
      return false;
    }
    if (address != null) {
      int now = byAddress.merge(AddressBlock.of(address.getHostAddress()), 1, Integer::sum);
      if (now > limitPerAddress && unlimited.get().stream().noneMatch(it -> it.contains(address))) {
        release(address);
        return false;
      }
    }
    return true;
  }

  void release(@Nullable InetAddress address) {
    all.decrementAndGet();
    if (address != null) {
      byAddress.computeIfPresent(
          AddressBlock.of(address.getHostAddress()), (_, count) -> count == 1 ? null : count - 1);
    }
  }

  int all() {
    return all.get();
  }
}
