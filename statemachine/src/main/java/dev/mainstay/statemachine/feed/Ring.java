package dev.mainstay.statemachine.feed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Consecutive revisions in memory, oldest first. Guarded by the lock of its feed.
final class Ring {

    private static final Revised NOTHING = new Revised(0, List.of());

    private Revised[] slots = new Revised[64];
    private int[] sizes = new int[64];
    private int head;
    private int size;
    private long bytes;

    long bytes() {
        return bytes;
    }

    boolean has(long revision) {
        if (size == 0) {
            return false;
        }
        long first = at(0).revision();
        return first <= revision && revision < first + size;
    }

    /// The revisions from `revision` on, which it has: about `bytesMax` bytes, one at least.
    List<Revised> from(long revision, long bytesMax) {
        var batch = new ArrayList<Revised>();
        long room = bytesMax;
        int next = (int) (revision - at(0).revision());
        while (next < size && (room > 0 || batch.isEmpty())) {
            room -= sizes[slot(next)];
            batch.add(at(next++));
        }
        return batch;
    }

    void add(Revised revised, int revisedBytes) {
        if (size == slots.length) {
            grow();
        }
        int slot = slot(size++);
        slots[slot] = revised;
        sizes[slot] = revisedBytes;
        bytes += revisedBytes;
    }

    void remove() {
        bytes -= sizes[head];
        slots[head] = NOTHING;
        head = slot(1);
        size--;
    }

    void clear() {
        Arrays.fill(slots, NOTHING);
        size = 0;
        bytes = 0;
    }

    private void grow() {
        var largerSlots = new Revised[slots.length * 2];
        var largerSizes = new int[slots.length * 2];
        for (int i = 0; i < size; i++) {
            largerSlots[i] = slots[slot(i)];
            largerSizes[i] = sizes[slot(i)];
        }
        slots = largerSlots;
        sizes = largerSizes;
        head = 0;
    }

    private Revised at(int place) {
        assert place < size : "nothing at " + place + " of " + size;
        return slots[slot(place)];
    }

    private int slot(int place) {
        return (head + place) & (slots.length - 1);
    }
}
