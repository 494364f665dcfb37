package dev.mainstay.statemachine.storage;

/// Writes that take effect together. Belongs to one thread; reusable after [#clear].
public interface ByteBatch extends AutoCloseable {

    void put(Family family, byte[] key, byte[] value);

    void delete(Family family, byte[] key);

    /// Deletes `from <= key < to`.
    void deleteRange(Family family, byte[] from, byte[] to);

    int count();

    /// Size of the batch in bytes.
    long bytes();

    void clear();

    @Override
    void close();
}
