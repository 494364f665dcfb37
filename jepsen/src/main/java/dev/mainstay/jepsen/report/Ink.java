package dev.mainstay.jepsen.report;

import java.util.Locale;

/// A colour.
///
/// @param rgb as `0xRRGGBB`
/// @param opacity from 0, invisible, to 1
record Ink(int rgb, double opacity) {

    static final Ink NONE = new Ink(0, 0);
    static final Ink PAPER = of(0xffffff);
    static final Ink TEXT = of(0x1f2933);
    static final Ink FAINT_TEXT = of(0x6b7785);
    static final Ink GRID = of(0xe3e7ec);
    static final Ink AXIS = of(0x9aa5b1);
    static final Ink OK = of(0x2f6fb3);
    static final Ink FAIL = of(0xc8342b);
    static final Ink INFO = of(0xe08a00);
    static final Ink FAULT = new Ink(0x7b8794, 0.16);
    static final Ink LEADER = of(0x7a3fb0);
    static final Ink FOLLOWER = of(0xd5dde6);

    static Ink of(int rgb) {
        return new Ink(rgb, 1);
    }

    Ink faded(double newOpacity) {
        return new Ink(rgb, newOpacity);
    }

    boolean isVisible() {
        return opacity > 0;
    }

    String hex() {
        return String.format(Locale.ROOT, "#%06x", rgb);
    }
}
