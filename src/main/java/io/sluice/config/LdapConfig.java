package io.sluice.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code http.auth.ldap}: users of a directory.
 *
 * @param port default 636, or 389 where insecure or StartTLS
 * @param insecure plain LDAP
 * @param startTls plain LDAP that turns to TLS
 * @param skipVerify accept any certificate
 * @param subtreeSearch look below the base at any depth
 * @param userGroupAttribute which attribute names a user's groups
 * @param userFilter an LDAP filter that users must pass
 * @param credentialsFile {@code bindDN} and {@code bindPassword} as JSON; without it we bind as
 *     {@code anonym-user}
 */
public record LdapConfig(
    String address,
    int port,
    boolean insecure,
    boolean startTls,
    boolean skipVerify,
    boolean subtreeSearch,
    String baseDn,
    String userAttribute,
    Optional<String> userGroupAttribute,
    Optional<String> userFilter,
    Optional<Path> caCert,
    Optional<Path> credentialsFile) {

  static LdapConfig read(Section ldap) {
    boolean insecure = ldap.flag("insecure", false);
    boolean startTls = ldap.flag("startTLS", false);
    return new LdapConfig(
        ldap.required(ldap.string("address"), "address", "", "the host of a directory"),
        ldap.integer("port", insecure || startTls ? 389 : 636, 1, 65_535),
        insecure,
        startTls,
        ldap.flag("skipVerify", false),
        ldap.flag("subtreeSearch", false),
        ldap.required(
            ldap.string("baseDN"),
            "baseDN",
            "",
            "where users are, such as ou=Users,dc=example,dc=org"),
        ldap.required(
            ldap.string("userAttribute"),
            "userAttribute",
            "",
            "the attribute with a user's name, such as uid"),
        ldap.string("userGroupAttribute"),
        ldap.string("userFilter"),
        ldap.path("caCert"),
        ldap.path("credentialsFile"));
  }
}
