package dev.mainstay.statemachine;

import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.Command.KvTxn;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.KvCompare;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.storage.ByteStore;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A store with a log of one's own: commands go in one per entry, or as many as one likes.
final class TestGroup implements AutoCloseable {

    static final long TERM = 3;

    final ChangeFeed feed = new ChangeFeed(1 << 20);
    private final ByteStore bytes;
    private final MvccStore store;
    private long index;
    private long counter;

    TestGroup() {
        this(new MemoryByteStore());
    }

    TestGroup(ByteStore bytes) {
        this.bytes = bytes;
        store = MvccStore.open(bytes, feed, StoreSettings.DEFAULT);
        index = store.position().index();
    }

    MvccStore store() {
        return store;
    }

    ByteStore bytes() {
        return bytes;
    }

    TxnId id() {
        return new TxnId(0, (1L << TxnId.COUNTER_BITS) + counter++);
    }

    long revision() {
        return store.position().revision();
    }

    Result apply(Command command) {
        return applyEntry(command).getFirst();
    }

    Verdict verdict(Command command) {
        return apply(command).verdict();
    }

    List<Result> applyEntry(Command... commands) {
        var encoded = new ArrayList<ByteBuffer>();
        for (var command : commands) {
            encoded.add(ByteBuffer.wrap(CommandCodec.encode(command)));
        }
        return store.apply(++index, TERM, 1_000_000 * index, encoded, _ -> true);
    }

    Result kv(KvOp... ops) {
        return apply(txn(ops));
    }

    KvTxn txn(KvOp... ops) {
        return new KvTxn(id(), revision(), List.of(), List.of(ops), List.of());
    }

    KvTxn txn(List<KvCompare> compares, List<KvOp> success, List<KvOp> failure) {
        return new KvTxn(id(), revision(), compares, success, failure);
    }

    /// The value that `revision` saw, or `-`.
    static String text(ReadView view, String key, long revision) {
        var version = view.get(key(key), revision);
        return version == null ? "-" : new String(version.value(), StandardCharsets.UTF_8);
    }

    static Key key(String text) {
        return Keyspace.kv(bytes(text));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static KvOp.Put put(String key, String value) {
        return put(key, value, 0);
    }

    static KvOp.Put put(String key, String value, long lease) {
        return new KvOp.Put(key(key), bytes(value), lease, true, false, false);
    }

    static KvOp.Delete delete(String key) {
        return new KvOp.Delete(KeyRange.only(key(key)), true);
    }

    static KvOp.Delete delete(KeyRange range) {
        return new KvOp.Delete(range, true);
    }

    static KvOp.Range range(KeyRange range) {
        return KvOp.Range.of(range);
    }

    static KeyRange prefix(String text) {
        var to = bytes(text);
        to[to.length - 1]++;
        return new KeyRange(key(text), Keyspace.kv(to));
    }

    @Override
    public void close() {
        store.close();
    }
}
