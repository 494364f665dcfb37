package dev.mainstay.statemachine.mvcc;

/// Everything about a state that is a number; one row of the meta family, written with every batch.
///
/// @param incarnation the last one that was given to a node
/// @param recentBound changes above this revision lie within the last 64 MB of LSN, or are a little
///   older; a function of the log alone
public record Marks(
        Position position,
        Floors floors,
        Sums sums,
        Cursors cursors,
        long incarnation,
        long recentBound) {

    public static final Marks EMPTY =
            new Marks(
                    Position.EMPTY,
                    new Floors(0, 0, 0),
                    new Sums(0, 0, 0),
                    new Cursors(0, 0, 0, 0),
                    0,
                    0);

    private static final byte FORMAT = 1;

    /// The lowest readable revisions of all keys and of KV keys, and the lowest `since` with a
    /// known outcome. `history <= kv`.
    public record Floors(long history, long kv, long outcome) {}

    /// Sums of hashes: over KV keys, over all else in the state, over all verdicts ever given.
    public record Sums(long kv, long others, long verdicts) {}

    /// How far garbage was collected: superseded versions up to this revision are gone, of KV keys
    /// and of all others; so are outcomes older than `outcomes`, and rows of `changes` below
    /// `rows`.
    public record Cursors(long kv, long others, long outcomes, long rows) {}

    public Marks withPosition(Position newPosition) {
        return new Marks(newPosition, floors, sums, cursors, incarnation, recentBound);
    }

    Marks withCursors(Cursors newCursors) {
        return new Marks(position, floors, sums, newCursors, incarnation, recentBound);
    }

    public byte[] encode() {
        var sink = new ByteSink(160);
        sink.int8(FORMAT);
        sink.int64(position.index()).int64(position.term()).int64(position.revision());
        sink.int64(position.lsn()).int64(position.micros());
        sink.int64(floors.history).int64(floors.kv).int64(floors.outcome);
        sink.int64(sums.kv).int64(sums.others).int64(sums.verdicts);
        sink.int64(cursors.kv).int64(cursors.others);
        sink.int64(cursors.outcomes).int64(cursors.rows);
        sink.int64(incarnation).int64(recentBound);
        return sink.toByteArray();
    }

    static Marks decode(byte[] row) {
        var source = new ByteSource(row);
        int format = source.int8();
        if (format != FORMAT) {
            throw source.malformedBehind(1, "unknown format of marks: " + format);
        }
        var position =
                new Position(
                        source.int64(),
                        source.int64(),
                        source.int64(),
                        source.int64(),
                        source.int64());
        var floors = new Floors(source.int64(), source.int64(), source.int64());
        var sums = new Sums(source.int64(), source.int64(), source.int64());
        var cursors = new Cursors(source.int64(), source.int64(), source.int64(), source.int64());
        var marks = new Marks(position, floors, sums, cursors, source.int64(), source.int64());
        source.end();
        return marks;
    }
}
