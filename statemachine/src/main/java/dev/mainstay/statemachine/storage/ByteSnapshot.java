package dev.mainstay.statemachine.storage;

/// A fixed state, readable from any thread until closed, also when the store itself is closed
/// before.
public interface ByteSnapshot extends ByteReader, AutoCloseable {

    @Override
    void close();
}
