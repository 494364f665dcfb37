package dev.mainstay.jepsen.torture;

/// What went wrong, in a line or a few.
final class Reasons {

    private static final int FRAMES = 6;

    private Reasons() {}

    /// With the place, for what was not meant to happen.
    static String of(Throwable e) {
        var text = new StringBuilder(e.toString());
        var frames = e.getStackTrace();
        for (var i = 0; i < Math.min(FRAMES, frames.length); i++) {
            text.append("\n    at ").append(frames[i]);
        }
        if (e.getCause() != null) {
            text.append("\n  because of ").append(e.getCause());
        }
        return text.toString();
    }
}
