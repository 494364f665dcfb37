package dev.mainstay.statemachine.storage;

/// A walk over entries in key order. Starts before the first; belongs to one thread.
public interface ByteCursor extends AutoCloseable {

    /// Steps to the next entry; false when there is none.
    boolean next();

    byte[] key();

    byte[] value();

    @Override
    void close();
}
