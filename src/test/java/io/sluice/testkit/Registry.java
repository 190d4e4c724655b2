package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.sluice.config.ConfigLoader;
import io.sluice.config.Format;
import io.sluice.config.SluiceConfig;
import io.sluice.registry.Commands.StorageStatus;
import io.sluice.server.SluiceServer;
import io.sluice.server.StoreFactory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * A running registry and its client. Each has a Vert.x of its own, with tight limits for what may
 * be done on an event loop.
 */
public final class Registry implements AutoCloseable {
  private static final YAMLMapper YAML = new YAMLMapper();

  private static final String BASE =
      """
      http: {address: 127.0.0.1, port: "0"}
      sluice: {shutdown: {timeout: 2s}}
      """;

  private final Storage storage;
  private final Vertx vertx;
  private final SluiceConfig config;
  private final Users users;
  private final TlsFolder tls;
  private final Events events;
  private final Running running;
  private final Optional<String> authorization;
  private final Optional<HttpClient> ownClient;

  /** What is replaced when it is started anew; shared with those who log in. */
  private static final class Running {
    SluiceConfig config;
    SluiceServer server;
    HttpClient client;

    Running(SluiceConfig config, SluiceServer server, HttpClient client) {
      this.config = config;
      this.server = server;
      this.client = client;
    }
  }

  private Registry(Storage storage, Vertx vertx, SluiceConfig config, Users users, TlsFolder tls) {
    this.storage = storage;
    this.vertx = vertx;
    this.config = config;
    this.users = users;
    this.tls = tls;
    this.events = new Events(vertx);
    this.running = new Running(config, launch(config), newClient());
    this.authorization = Optional.empty();
    this.ownClient = Optional.empty();
  }

  private Registry(
      Registry registry, Optional<String> authorization, Optional<HttpClient> ownClient) {
    this.storage = registry.storage;
    this.vertx = registry.vertx;
    this.config = registry.config;
    this.users = registry.users;
    this.events = registry.events;
    this.running = registry.running;
    this.tls = registry.tls;
    this.authorization = authorization;
    this.ownClient = ownClient;
  }

  static Registry start(StoreKind kind, String config, String... users) {
    return start(kind.create(), config, users);
  }

  static Registry start(Storage storage, String config, String... users) {
    LogWatch.get().take();
    var file = Users.of(users);
    var tls = TlsFolder.create();
    return new Registry(storage, newVertx(), parse(config, storage, file, tls), file, tls);
  }

  /** One more process on the same storage; it is to be closed before this one. */
  public Registry another() {
    return new Registry(new Lent(storage), newVertx(), config, users, tls);
  }

  /** The same for a user, whose password is their name with an exclamation mark. */
  public Registry as(String user) {
    return as(user, user + "!");
  }

  /** The same for somebody who shows these credentials with each request. */
  public Registry as(String user, String password) {
    return new Registry(this, Optional.of(basic(user, password)), ownClient);
  }

  /** The same for somebody who shows a certificate, and perhaps prefers a protocol. */
  public Registry showing(Identity client) {
    return through(client.trusting(Certificates.shared().certificate()), Version.HTTP_1_1);
  }

  /** The same by a client of its own, over TLS. */
  public Registry through(SSLContext context, Version preferred) {
    var client = HttpClient.newBuilder().version(preferred).sslContext(context).build();
    return new Registry(this, authorization, Optional.of(client));
  }

  /** The files of TLS, for {@code $TLS} in the configuration. */
  public TlsFolder tls() {
    return tls;
  }

  /** The header of Basic authentication. */
  public static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** The htpasswd file, if it was started with users. */
  public Users users() {
    return users;
  }

  /** Takes over another configuration while it runs; it starts with that one again. */
  public void reconfigure(String other) {
    var next = parse(other, storage, users, tls);
    await(running.server.reconfigure(next));
    running.config = next;
  }

  /** Storage that outlives the registry that has it. */
  private record Lent(Storage storage) implements Storage {
    @Override
    public Path stores() {
      return storage.stores();
    }

    @Override
    public StoreFactory factory() {
      return storage.factory();
    }

    @Override
    public List<String> keys() {
      return storage.keys();
    }

    @Override
    public List<String> unfinished() {
      return storage.unfinished();
    }

    @Override
    public void close() {}
  }

  private static Vertx newVertx() {
    return Vertx.vertx(
        SluiceServer.vertxOptions()
            .setBlockedThreadCheckInterval(100)
            .setMaxEventLoopExecuteTime(500)
            .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS));
  }

  private static SluiceConfig parse(String config, Storage storage, Users users, TlsFolder tls) {
    try {
      var tree = (ObjectNode) YAML.readTree(BASE);
      if (users.exist()) {
        merge(tree, YAML.readTree("http: {auth: {htpasswd: {path: \"" + users.file() + "\"}}}"));
      }
      tree.putObject("storage").put("rootDirectory", storage.stores().resolve("main").toString());
      if (!config.isBlank()) {
        merge(
            tree,
            YAML.readTree(
                config
                    .replace("$STORES", storage.stores().toString())
                    .replace("$TLS", config.contains("$TLS") ? tls.path().toString() : "")));
      }
      return ConfigLoader.parse(YAML.writeValueAsString(tree), Format.YAML);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void merge(ObjectNode into, JsonNode from) {
    from.properties()
        .forEach(
            entry -> {
              if (into.get(entry.getKey()) instanceof ObjectNode object) {
                merge(object, entry.getValue());
              } else {
                into.set(entry.getKey(), entry.getValue());
              }
            });
  }

  private SluiceServer launch(SluiceConfig config) {
    return await(SluiceServer.start(vertx, config, storage.factory()));
  }

  private HttpClient newClient() {
    var client = HttpClient.newBuilder().version(Version.HTTP_1_1);
    clientTls().ifPresent(client::sslContext);
    return client.build();
  }

  private Optional<SSLContext> clientTls() {
    return config.http().tls().map(_ -> Identity.anonymous(Certificates.shared().certificate()));
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(30, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("nothing happened for 30 s", e);
    }
  }

  /** Stops in good order, and starts again on the same storage. */
  public void restart() {
    stop();
    running.server = launch(running.config);
  }

  private void stop() {
    await(running.server.stop());
  }

  public URI uri() {
    return running.server.uri();
  }

  public int port() {
    return running.server.port();
  }

  public Storage storage() {
    return storage;
  }

  /**
   * What lies in the main store, for tests that break it. Only while nothing is being written: a
   * disk that is opened loses its drafts.
   */
  public Objects objects() {
    return new Objects(await(storage.factory().open(vertx, running.config.storage())));
  }

  public Events events() {
    return events;
  }

  public StorageStatus status() {
    return await(running.server.status());
  }

  public Repository repository(String name) {
    return new Repository(this, name);
  }

  /** A connection for what no client library would send. */
  public RawConnection connect() {
    return new RawConnection(port(), 0, clientTls());
  }

  /** A connection that takes only little before it has to be read. */
  public RawConnection connectNarrow() {
    return new RawConnection(port(), 4 << 10, clientTls());
  }

  /** A connection without TLS, whatever the registry speaks. */
  public RawConnection connectPlainly() {
    return new RawConnection(port(), 0, Optional.empty());
  }

  /** A client that speaks HTTP/2 at once. */
  public Http2Client http2() {
    return new Http2Client(port(), config.http().tls().isPresent());
  }

  public Ask get(String path) {
    return ask("GET", path);
  }

  public Ask head(String path) {
    return ask("HEAD", path);
  }

  public Ask put(String path) {
    return ask("PUT", path);
  }

  public Ask post(String path) {
    return ask("POST", path);
  }

  public Ask patch(String path) {
    return ask("PATCH", path);
  }

  public Ask delete(String path) {
    return ask("DELETE", path);
  }

  /** A request for a path, or for a {@code Location} as the registry gave it. */
  public Ask ask(String method, String pathOrLocation) {
    var ask = new Ask(ownClient.orElse(running.client), method, uri().resolve(pathOrLocation));
    authorization.ifPresent(it -> ask.header("Authorization", it));
    return ask;
  }

  /** It still takes connections and blobs, and holds no memory of what was before. */
  public void isUnharmed() {
    running.client.close();
    running.client = newClient();
    var after = repository("is/unharmed");
    var payload = Payload.ofSize(100_000);
    after.push(payload);
    // In a range: that is never answered with a redirect.
    after.getBlob(payload.digest()).header("Range", "bytes=0-").answers(206).expectBody(payload);
    holdsNoMemory();
  }

  /** All memory of uploads was given back; waits for it. */
  public void holdsNoMemory() {
    Eventually.eventually(
        this::status, status -> assertThat(status.memoryUsed()).as("%s", status).isZero());
  }

  /** Nothing half is left in the storage, and nothing open; waits for it. */
  public void leavesNothingBehind() {
    holdsNoMemory();
    Eventually.eventually(
        storage::unfinished, unfinished -> assertThat(unfinished).as("unfinished").isEmpty());
  }

  @Override
  public void close() {
    try (storage) {
      if (!(storage instanceof Lent)) {
        users.close();
        tls.close();
      }
      running.client.close();
      stop();
      await(vertx.close());
    }
    assertThat(LogWatch.get().take()).as("what the log must not have").isEmpty();
  }
}
