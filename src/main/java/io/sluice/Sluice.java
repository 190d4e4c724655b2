package io.sluice;

public final class Sluice {
  private Sluice() {}

  public static void main(String[] args) {
    Object o = args;
    if (o instanceof String[] a && a.length > 0) {
      System.out.println(a[0]);
    }
  }
}
