package dev.mainstay.jepsen.disk;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The file through which one node's shim is told what to do, and tells what it did. Any thread.
///
/// It outlives the node's process: whatever is set holds for the next one too.
final class Control {

    private static final VarHandle LONG =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int SLOTS = 64;

    /// As in `shim.h`.
    enum Slot {
        SYNC_DELAY_US(0),
        IS_FULL(1),
        FAIL_SYNCS(2),
        CLOCK_OFFSET_NS(3),
        CLOCK_RATE_PPM(4),
        CLOCK_EPOCH_NS(5),
        SYNCS(16),
        WRITES(17),
        SLOWED(18),
        REFUSED(19),
        SYNC_ERRORS(20),
        MAPPED_WRITES(21),
        CLOCK_READS(22),
        CLOCK_SEEN_NS(23),
        SHOWN_FULL(24);

        private final int place;

        Slot(int place) {
            this.place = place;
        }
    }

    private final Path file;
    private final MappedByteBuffer slots;

    private Control(Path file, MappedByteBuffer slots) {
        this.file = file;
        this.slots = slots;
    }

    static Control create(Path file) throws IOException {
        Files.write(file, new byte[SLOTS * Long.BYTES]);
        try (var channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Control(
                    file,
                    channel.map(FileChannel.MapMode.READ_WRITE, 0, SLOTS * (long) Long.BYTES));
        }
    }

    Path file() {
        return file;
    }

    long get(Slot slot) {
        return (long) LONG.getVolatile(slots, slot.place * Long.BYTES);
    }

    void set(Slot slot, long value) {
        LONG.setVolatile(slots, slot.place * Long.BYTES, value);
    }
}
