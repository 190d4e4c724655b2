package io.sluice.sync.login;

import io.sluice.config.Secret;

/** A name and a password for a host; the password is never printed. */
public record Login(String username, Secret password) {}
