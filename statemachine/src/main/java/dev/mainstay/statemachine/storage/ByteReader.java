package dev.mainstay.statemachine.storage;

import org.jspecify.annotations.Nullable;

/// Reads of one state of a [ByteStore]: the newest, or a fixed one.
public interface ByteReader {

    /// The value under `key`, or null. The caller may keep the array.
    byte @Nullable [] get(Family family, byte[] key);

    /// The entries with `from <= key < to` (`to` null: to the end), ascending or descending. The
    /// caller closes the cursor, on the thread that opened it.
    ByteCursor scan(Family family, byte[] from, byte @Nullable [] to, boolean descending);
}
