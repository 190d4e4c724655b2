package io.sluice.cli;

import picocli.CommandLine.IVersionProvider;

/** Which build this is. */
final class Version implements IVersionProvider {

  /** As in the jar's manifest. */
  static String number() {
    var version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "sluice " + number(), "OCI distribution specification 1.1, Java " + Runtime.version()
    };
  }
}
