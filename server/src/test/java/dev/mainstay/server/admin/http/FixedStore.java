package dev.mainstay.server.admin.http;

import dev.mainstay.statemachine.Digest;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.Position;
import dev.mainstay.statemachine.mvcc.ReadView;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// A store that only knows where it is.
final class FixedStore implements Store {

    private final Position position;

    FixedStore(Position position) {
        this.position = position;
    }

    @Override
    public Position position() {
        return position;
    }

    @Override
    public Position durable() {
        return position;
    }

    @Override
    public Map<String, Long> gauges() {
        return Map.of();
    }

    @Override
    public void close() {}

    @Override
    public List<Result> apply(
            long index,
            long term,
            long leaderMicros,
            List<ByteBuffer> commands,
            Predicate<TxnId> isAwaited) {
        throw notAsked();
    }

    @Override
    public void advance(long index, long term) {
        throw notAsked();
    }

    @Override
    public Position flush() {
        throw notAsked();
    }

    @Override
    public ReadView openReadView() {
        throw notAsked();
    }

    @Override
    public PointRead get(Key key) {
        throw notAsked();
    }

    @Override
    public Digest digest() {
        throw notAsked();
    }

    @Override
    public Digest recomputeDigest() {
        throw notAsked();
    }

    @Override
    public int hashKv(ReadView view, long revision) {
        throw notAsked();
    }

    @Override
    public Position writeCheckpoint(Path directory) {
        throw notAsked();
    }

    @Override
    public boolean collectGarbage() {
        throw notAsked();
    }

    @Override
    public long revisionAt(long micros) {
        throw notAsked();
    }

    private static AssertionError notAsked() {
        return new AssertionError("health checks only look at the position");
    }
}
