package io.sluice.sync.upstream;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/**
 * Where an upstream may send us: to public addresses, and to those of its own kind. Else whoever
 * has an upstream could have us speak to what only we can reach.
 */
final class Addresses {
  private final Vertx vertx;
  private final Failures failures;
  private final Origin upstream;

  Addresses(Vertx vertx, Failures failures, Origin upstream) {
    this.vertx = vertx;
    this.failures = failures;
    this.upstream = upstream;
  }

  /**
   * The address to be connected to: the very one that was looked at, since the next answer of a
   * resolver may be another.
   */
  Future<SocketAddress> of(Origin target) {
    return resolve(target)
        .compose(
            addresses ->
                addresses.stream().anyMatch(it -> AddressKind.of(it) != AddressKind.PUBLIC)
                    ? resolve(upstream).compose(own -> choose(target, addresses, own))
                    : choose(target, addresses, List.of()));
  }

  private Future<SocketAddress> choose(
      Origin target, List<InetAddress> addresses, List<InetAddress> own) {
    var allowed = EnumSet.of(AddressKind.PUBLIC);
    own.forEach(address -> allowed.add(AddressKind.of(address)));
    return addresses.stream()
        .filter(address -> allowed.contains(AddressKind.of(address)))
        .findFirst()
        .map(
            address ->
                Future.succeededFuture(
                    SocketAddress.inetSocketAddress(target.port(), address.getHostAddress())))
        .orElseGet(
            () ->
                Future.failedFuture(
                    failures.lying(
                        "sends us to %s, which is on a network of another kind (%s) than its own"
                            .formatted(target.name(), AddressKind.of(addresses.getFirst())))));
  }

  private Future<List<InetAddress>> resolve(Origin origin) {
    return vertx
        .executeBlocking(
            () -> Arrays.asList(InetAddress.getAllByName(origin.plainHost())), /* ordered= */ false)
        .recover(cause -> Future.failedFuture(failures.of(cause, origin)));
  }
}
