package dev.mainstay.bench.load;

/// How the kill loop writes: blocking, from many threads at once.
interface Writes extends AutoCloseable {

    enum Answer {
        ACKNOWLEDGED,
        /// It may or may not have been carried out.
        UNKNOWN,
        /// It has certainly not been carried out.
        REFUSED
    }

    Answer put(String key, String value) throws InterruptedException;

    /// Adds one to the number under a key: a read, then a write on condition that nobody was
    /// faster.
    Answer increment(String key) throws InterruptedException;

    @Override
    void close();
}
