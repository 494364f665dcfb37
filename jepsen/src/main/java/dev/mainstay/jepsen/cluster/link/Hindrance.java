package dev.mainstay.jepsen.cluster.link;

/// What stands in the way on one directed link.
///
/// @param jitterNanos added to the delay, evenly distributed from zero
/// @param lossPercent of pieces
record Hindrance(boolean isCut, long delayNanos, long jitterNanos, int lossPercent) {

    static final Hindrance NONE = new Hindrance(false, 0, 0, 0);

    Hindrance {
        if (delayNanos < 0 || jitterNanos < 0 || lossPercent < 0 || lossPercent > 100) {
            throw new IllegalArgumentException(
                    "delay %d ns, jitter %d ns, loss %d %%"
                            .formatted(delayNanos, jitterNanos, lossPercent));
        }
    }

    boolean isNone() {
        return !isCut && delayNanos == 0 && jitterNanos == 0 && lossPercent == 0;
    }

    Hindrance cut() {
        return new Hindrance(true, delayNanos, jitterNanos, lossPercent);
    }

    Hindrance delayed(long nanos, long jitter) {
        return new Hindrance(isCut, nanos, jitter, lossPercent);
    }

    Hindrance losing(int percent) {
        return new Hindrance(isCut, delayNanos, jitterNanos, percent);
    }
}
