package dev.mainstay.statemachine;

import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.Position;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.mvcc.Version;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The state of one database on this member.
///
/// [#apply], [#advance] and [#flush] belong to the apply thread; all else may be called from any.
public interface Store extends AutoCloseable {

    /// Applies one entry: all its commands, one atomic batch, then the feed. An entry at or below
    /// the position's index is ignored (empty list).
    ///
    /// @param isAwaited whether the client of a transaction waits on this member; only then are
    ///   answers kept
    /// @return one result per command, in order
    List<Result> apply(
            long index,
            long term,
            long leaderMicros,
            List<ByteBuffer> commands,
            Predicate<TxnId> isAwaited);

    /// The log reached `index` without a command.
    void advance(long index, long term);

    /// The newest applied position, as readers see it.
    Position position();

    /// The last position that is durable.
    Position durable();

    /// Makes everything applied durable.
    Position flush();

    /// The newest state, fixed. The caller closes it.
    ReadView openReadView();

    /// One key's newest version and the revision of the state that it was read from; never blocks.
    PointRead get(Key key);

    record PointRead(long revision, @Nullable Version version) {}

    Digest digest();

    /// The state digest, computed from what is stored instead of kept; long.
    Digest recomputeDigest();

    /// etcd's HashKV as of `revision`, a scan unless it is the newest; long. The revision must lie
    /// between the view's KV floor and its position.
    int hashKv(ReadView view, long revision);

    /// Writes an immutable image into `directory`, which must not exist, and says how far it is.
    Position writeCheckpoint(Path directory);

    /// Deletes some of what lies below the floors; true when there may be more. Incremental: call
    /// it from the apply thread between entries.
    boolean collectGarbage();

    /// The newest revision whose commit time is at most `micros`, as far back as either old
    /// versions or outcomes are kept.
    long revisionAt(long micros);

    /// Figures for monitoring, by name.
    Map<String, Long> gauges();

    @Override
    void close();
}
