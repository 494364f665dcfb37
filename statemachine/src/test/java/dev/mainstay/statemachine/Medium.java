package dev.mainstay.statemachine;

import dev.mainstay.statemachine.storage.ByteStore;
import dev.mainstay.statemachine.storage.CrashCopy;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import dev.mainstay.statemachine.storage.RocksByteStore;
import dev.mainstay.statemachine.storage.RocksSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/// Where a test keeps its bytes, with what can happen to them.
interface Medium {

    ByteStore bytes();

    /// The process ends without warning, and a new one opens what the disk has.
    void crash();

    /// A checkpoint takes the place of the present store, which stays as it is.
    void restore(Path checkpoint);

    static Medium memory() {
        return new Medium() {

            private MemoryByteStore bytes = new MemoryByteStore();

            @Override
            public ByteStore bytes() {
                return bytes;
            }

            @Override
            public void crash() {
                bytes = bytes.crash();
            }

            @Override
            public void restore(Path checkpoint) {
                bytes = MemoryByteStore.openCheckpoint(checkpoint);
            }
        };
    }

    /// Nothing is written between the copy and the end of the copied store, so the copy is what a
    /// crash leaves.
    static Medium rocks(Path directory) {
        return new Medium() {

            private int generation;
            private Path now = directory.resolve("db");
            private RocksByteStore bytes = RocksByteStore.open(now, RocksSettings.DEFAULT);

            @Override
            public ByteStore bytes() {
                return bytes;
            }

            @Override
            public void crash() {
                var copy = directory.resolve("crash" + ++generation);
                copy(now, copy);
                bytes.close();
                now = copy;
                bytes = RocksByteStore.open(now, RocksSettings.DEFAULT);
            }

            @Override
            public void restore(Path checkpoint) {
                bytes.close();
                now = checkpoint;
                bytes = RocksByteStore.open(now, RocksSettings.DEFAULT);
            }
        };
    }

    private static void copy(Path from, Path to) {
        try {
            CrashCopy.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
