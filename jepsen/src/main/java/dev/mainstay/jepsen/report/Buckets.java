package dev.mainstay.jepsen.report;

/// A run cut into equal pieces of time: seconds, or longer ones if the run is long. Immutable.
///
/// @param seconds length of one piece
record Buckets(int count, double seconds) {

    private static final int COUNT_MAX = 600;

    static Buckets of(double lengthSeconds) {
        double seconds = Math.max(1, Math.ceil(lengthSeconds / COUNT_MAX));
        return new Buckets((int) Math.floor(lengthSeconds / seconds) + 1, seconds);
    }

    int of(CallTable calls, int call) {
        return Math.clamp((int) (calls.seconds(call) / seconds), 0, count - 1);
    }

    double middle(int bucket) {
        return (bucket + 0.5) * seconds;
    }

    String per() {
        return seconds == 1 ? "each second" : "each %d seconds".formatted((long) seconds);
    }
}
