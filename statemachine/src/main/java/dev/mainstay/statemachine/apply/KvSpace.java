package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.ReadView.Visitor;
import dev.mainstay.statemachine.mvcc.Version;
import org.jspecify.annotations.Nullable;

/// The state that a [KvProgram] reads and writes. A visitor must not write.
interface KvSpace {

    /// The newest revision before the program.
    long revision();

    long kvFloor();

    @Nullable Version get(Key key);

    /// Walks the keys in order, with what the program itself wrote.
    void scan(KeyRange range, Visitor visitor);

    /// Walks the keys in order as of `revision`, at most [#revision].
    void scanAt(KeyRange range, long revision, Visitor visitor);

    boolean hasLease(long id);

    void put(Key key, byte[] value, long lease);

    void delete(Key key);
}
