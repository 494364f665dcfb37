package dev.mainstay.statemachine.command;

import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one step of a KV transaction found. Only made where the transaction's client waits.
public sealed interface KvAnswer {

    record Found(Key key, Version version) {}

    record Range(List<Found> found, boolean more, long count) implements KvAnswer {}

    /// `previous` is null when it was not asked for, or there was none.
    record Put(@Nullable Found previous) implements KvAnswer {}

    record Delete(long deleted, List<Found> previous) implements KvAnswer {}

    record Txn(boolean succeeded, List<KvAnswer> answers) implements KvAnswer {}
}
