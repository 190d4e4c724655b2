package io.sluice.testkit;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A key, and the certificate that names who has it. */
public record Identity(PrivateKey key, X509Certificate certificate) {

  /** TLS for a client that trusts an authority, and shows nothing of itself. */
  public static SSLContext anonymous(X509Certificate authority) {
    return context(authority, null);
  }

  /** TLS for a client that trusts an authority, and shows this. */
  public SSLContext trusting(X509Certificate authority) {
    return context(authority, this);
  }

  private static SSLContext context(X509Certificate authority, @Nullable Identity shown) {
    try {
      var trusted = empty();
      trusted.setCertificateEntry("authority", authority);
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      var own = empty();
      if (shown != null) {
        own.setKeyEntry("own", shown.key, new char[0], new Certificate[] {shown.certificate});
      }
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, new char[0]);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
