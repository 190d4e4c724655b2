package io.sluice.gc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class LongSetTest {
  private static Set<Long> contents(LongSet set) {
    var all = new HashSet<Long>();
    set.forEach(value -> assertThat(all.add(value)).as("told once").isTrue());
    return all;
  }

  @Property
  void isASetLikeAnyOther(@ForAll List<Long> values, @ForAll List<Long> others) {
    var set = new LongSet();
    var model = new HashSet<Long>();
    for (long value : values) {
      if (value != 0) {
        assertThat(set.add(value)).isEqualTo(model.add(value));
      }
    }
    for (long value : others) {
      assertThat(value != 0 && set.contains(value)).isEqualTo(model.contains(value));
    }
    assertThat(set.size()).isEqualTo(model.size());
    assertThat(contents(set)).isEqualTo(model);
  }

  /** Multiples of a power of two, which all want the same place. */
  @Example
  void valuesThatCollideAreKeptApart() {
    var set = new LongSet();
    var model = new HashSet<Long>();
    for (long i = 1; i <= 2_000; i++) {
      model.add(i << 20);
      assertThat(set.add(i << 20)).isTrue();
    }
    assertThat(contents(set)).isEqualTo(model);
    assertThat(set.contains(1)).isFalse();
    assertThat(set.contains(-1)).isFalse();
  }
}
