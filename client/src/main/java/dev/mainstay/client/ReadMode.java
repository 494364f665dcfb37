package dev.mainstay.client;

import dev.mainstay.client.proto.ReadRequest;
import java.time.Duration;

/// How new the state must be that a read sees.
public final class ReadMode {

    private static final ReadMode STRICT =
            new ReadMode(dev.mainstay.client.proto.ReadMode.STRICT, 0, 0);
    private static final ReadMode LOCAL =
            new ReadMode(dev.mainstay.client.proto.ReadMode.LOCAL, 0, 0);

    private final dev.mainstay.client.proto.ReadMode mode;
    private final long token;
    private final long stalenessMillis;

    private ReadMode(dev.mainstay.client.proto.ReadMode mode, long token, long stalenessMillis) {
        this.mode = mode;
        this.token = token;
        this.stalenessMillis = stalenessMillis;
    }

    /// Linearizable, on every node: sees all that was acknowledged, to anyone, before the call.
    /// Needs a leader.
    public static ReadMode strict() {
        return STRICT;
    }

    /// Not before `token`, a revision that an earlier answer carried: reads your writes and never
    /// goes back. Waits until the node has come that far.
    public static ReadMode session(long token) {
        if (token < 0) {
            throw new IllegalArgumentException("no such token: " + token);
        }
        return new ReadMode(dev.mainstay.client.proto.ReadMode.SESSION, token, 0);
    }

    /// Not older than `staleness` (at least 1 ms), proven without comparing clocks. Waits until the
    /// node can prove it.
    public static ReadMode bounded(Duration staleness) {
        long millis = staleness.toMillis();
        if (millis < 1) {
            throw new IllegalArgumentException("a bound below 1 ms: " + staleness);
        }
        return new ReadMode(dev.mainstay.client.proto.ReadMode.BOUNDED, 0, millis);
    }

    /// What the node has applied, however old. Never waits; works without a leader.
    public static ReadMode local() {
        return LOCAL;
    }

    void writeTo(ReadRequest.Builder request) {
        request.setMode(mode).setToken(token).setMaxStalenessMillis(stalenessMillis);
    }

    /// Whether the mode needs a leader.
    boolean isStrict() {
        return mode == dev.mainstay.client.proto.ReadMode.STRICT;
    }

    @Override
    public String toString() {
        return switch (mode) {
            case SESSION -> "session(" + token + ")";
            case BOUNDED -> "bounded(" + stalenessMillis + " ms)";
            case LOCAL -> "local";
            case STRICT, UNRECOGNIZED -> "strict";
        };
    }
}
