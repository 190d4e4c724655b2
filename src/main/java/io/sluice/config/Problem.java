package io.sluice.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param keyPath where, as written in the file: {@code http.auth.openid.providers}, {@code
 *     extensions.sync.registries[0].urls}; empty when it is about the file as a whole
 * @param value what was found there; {@code ***} for secrets, empty if there is nothing to show
 * @param message what is wrong with it
 * @param expected what would be right; may be empty
 */
public record Problem(String keyPath, String value, String message, String expected) {

  /** One line fit for a terminal: no control characters, whatever the file holds. */
  public String render() {
    return render(value);
  }

  /** Like {@link #render}, but without what was found: for those whom the file is not for. */
  public String renderWithoutValue() {
    return render("");
  }

  private String render(String shown) {
    var line = new StringBuilder();
    if (!keyPath.isEmpty()) {
      line.append(keyPath).append(": ");
    }
    line.append(message);
    if (!shown.isEmpty()) {
      line.append(", found \"").append(shown).append('"');
    }
    if (!expected.isEmpty()) {
      line.append("; expected ").append(expected);
    }
    return line.toString().replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
  }

  @Override
  public String toString() {
    return render();
  }
}
