package dev.mainstay.statemachine.storage;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A byte store that counts its writes, flushes and checkpoints, and breaks at the one it is told
/// to. Any thread.
///
/// From the break on everything but reads and [#close] throws [StorageFailure]. What a crash would
/// leave is fixed at the break: closing, which flushes, does not change it.
public final class FaultyStore implements ByteStore {

    private final ByteStore inner;
    private final Supplier<? extends ByteStore> crash;

    private Fault fault = Fault.NONE;
    private long faultAt = Long.MAX_VALUE;
    private @Nullable ByteStore left;
    private boolean isBroken;

    private long writes;
    private long flushes;
    private long checkpoints;

    /// @param crash makes the store that a crash at the moment of the call would leave
    public FaultyStore(ByteStore inner, Supplier<? extends ByteStore> crash) {
        this.inner = inner;
        this.crash = crash;
    }

    public static FaultyStore over(MemoryByteStore inner) {
        return new FaultyStore(inner, inner::crash);
    }

    /// The `n`-th operation from the beginning (from 1) fails and is not carried out.
    public synchronized FaultyStore failAt(long n) {
        return breakAt(Fault.FAIL, n);
    }

    /// The `n`-th operation from the beginning (from 1) is carried out, and then the process
    /// "dies": what comes after it never happens.
    public synchronized FaultyStore cutAfter(long n) {
        return breakAt(Fault.CUT, n);
    }

    /// The store that the crash leaves: the one at the break, or one now if nothing broke yet.
    public synchronized ByteStore crash() {
        return left == null ? crash.get() : left;
    }

    public synchronized boolean isBroken() {
        return isBroken;
    }

    public synchronized long writes() {
        return writes;
    }

    /// Started ones included.
    public synchronized long flushes() {
        return flushes;
    }

    public synchronized long checkpoints() {
        return checkpoints;
    }

    /// All that can break: writes, flushes and checkpoints.
    public synchronized long operations() {
        return writes + flushes + checkpoints;
    }

    @Override
    public void write(ByteBatch batch) {
        synchronized (this) {
            writes++;
            operate("write", () -> inner.write(batch));
        }
    }

    @Override
    public void flush() {
        synchronized (this) {
            flushes++;
            operate("flush", inner::flush);
        }
    }

    @Override
    public void startFlush() {
        synchronized (this) {
            flushes++;
            operate("start of a flush", inner::startFlush);
        }
    }

    @Override
    public void checkpoint(Path directory) {
        synchronized (this) {
            checkpoints++;
            operate("checkpoint", () -> inner.checkpoint(directory));
        }
    }

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        return inner.get(family, key);
    }

    @Override
    public ByteCursor scan(Family family, byte[] from, byte @Nullable [] to, boolean descending) {
        return inner.scan(family, from, to, descending);
    }

    @Override
    public ByteSnapshot openSnapshot() {
        return inner.openSnapshot();
    }

    @Override
    public ByteBatch newBatch() {
        return inner.newBatch();
    }

    @Override
    public void verify() {
        inner.verify();
    }

    @Override
    public Map<String, Long> gauges() {
        return inner.gauges();
    }

    @Override
    public void close() {
        inner.close();
    }

    private FaultyStore breakAt(Fault kind, long n) {
        if (n <= operations()) {
            throw new IllegalArgumentException("operation " + n + " is past: " + operations());
        }
        fault = kind;
        faultAt = n;
        return this;
    }

    private void operate(String what, Runnable operation) {
        if (isBroken) {
            throw new StorageFailure(what + " refused: the store is broken");
        }
        if (operations() < faultAt) {
            operation.run();
            return;
        }
        if (fault == Fault.CUT) {
            operation.run();
        }
        left = crash.get();
        isBroken = true;
        throw new StorageFailure(what + " broken on purpose, operation " + faultAt);
    }

    private enum Fault {
        NONE,
        FAIL,
        CUT
    }
}
