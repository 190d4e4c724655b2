package io.sluice.server;

import io.sluice.config.SluiceConfig;
import io.sluice.config.SyncConfig;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The files that a configuration names and whose content is part of it. Blocks. */
final class NamedFiles {
  private final Map<String, Path> byKey = new LinkedHashMap<>();

  private NamedFiles() {}

  /** Each by the path of the key that names it, as the documentation writes it. */
  static Map<String, Path> of(SluiceConfig config) {
    var files = new NamedFiles();
    var auth = config.http().auth();
    files.add("http.auth.htpasswd.path", auth.htpasswd());
    auth.ldap()
        .ifPresent(
            ldap -> {
              files.add("http.auth.ldap.credentialsFile", ldap.credentialsFile());
              files.add("http.auth.ldap.caCert", ldap.caCert());
            });
    auth.bearer().ifPresent(bearer -> files.add("http.auth.bearer.cert", bearer.cert()));
    auth.openId()
        .ifPresent(
            openId ->
                openId
                    .providers()
                    .forEach(
                        (kind, provider) -> {
                          var key = "http.auth.openid.providers." + kind.key() + ".";
                          files.add(key + "credentialsFile", provider.credentialsFile());
                          files.add(key + "keypath", provider.keyPath());
                        }));
    files.add("http.auth.sessionKeysFile", auth.sessionKeysFile());
    config
        .http()
        .tls()
        .ifPresent(
            tls -> {
              files.add("http.tls.cert", Optional.of(tls.cert()));
              files.add("http.tls.key", Optional.of(tls.key()));
              files.add("http.tls.cacert", tls.caCert());
            });
    config.extensions().sync().ifPresent(files::addSync);
    return files.byKey;
  }

  private void addSync(SyncConfig sync) {
    add("extensions.sync.credentialsFile", sync.credentialsFile());
    sync.registries().stream()
        .flatMap(registry -> registry.certDir().stream())
        .forEach(this::addFilesIn);
  }

  /** Those that are there now; one that comes later is noticed with the next reload. */
  private void addFilesIn(Path folder) {
    try (var files = Files.newDirectoryStream(folder, "*.{crt,cert,key}")) {
      files.forEach(file -> add("extensions.sync.registries.certDir: " + file, Optional.of(file)));
    } catch (IOException | DirectoryIteratorException e) {
      // What is wrong with the folder is said by whoever reads it.
    }
  }

  private void add(String key, Optional<Path> file) {
    file.ifPresent(path -> byKey.put(key, path));
  }
}
