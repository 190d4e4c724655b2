package io.sluice.api;

import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What of a request's target is fit for a log. People put passwords and tokens into URLs, although
 * we read none there: so only those parameters that the specification has are shown with their
 * values.
 */
final class ShownTarget {
  private static final Set<String> SHOWN =
      Set.of("n", "last", "digest", "mount", "from", "artifactType", "digest-algorithm", "tag");

  private static final String MASK = "***";
  private static final Pattern USER_INFO =
      Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*@");

  private ShownTarget() {}

  static String of(String target) {
    int question = target.indexOf('?');
    var path = question < 0 ? target : target.substring(0, question);
    var shown = USER_INFO.matcher(path).replaceFirst("$1//" + MASK + "@");
    return question < 0 ? shown : shown + "?" + query(target.substring(question + 1));
  }

  private static String query(String query) {
    return Arrays.stream(query.split("[&;]", -1))
        .map(ShownTarget::parameter)
        .collect(Collectors.joining("&"));
  }

  private static String parameter(String parameter) {
    int equals = parameter.indexOf('=');
    if (equals < 0) {
      return parameter.isEmpty() || SHOWN.contains(parameter) ? parameter : MASK;
    }
    var name = parameter.substring(0, equals);
    return SHOWN.contains(name) ? parameter : name + "=" + MASK;
  }
}
