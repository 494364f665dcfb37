package dev.mainstay.statemachine.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.mvcc.ChangeRows.Changed;
import dev.mainstay.statemachine.mvcc.ChangeRows.Touched;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeRowsTest {

    private static final ChangeRows.Id ID = new ChangeRows.Id(1, 2);

    private final MemoryByteStore bytes = new MemoryByteStore();

    @Test
    void aWalk_mayBeginInTheMiddleOfARow() {
        write(2, 3, 4);
        write(5, 6);

        assertThat(revisions(1)).containsExactly(2L, 3L, 4L, 5L, 6L);
        assertThat(revisions(4)).containsExactly(4L, 5L, 6L);
        assertThat(revisions(6)).containsExactly(6L);
        assertThat(revisions(7)).isEmpty();
    }

    @Test
    void aHugeRevision_liesInSeveralRows_andIsReadAsOne() {
        var small = List.of(new Touched(Key.copyOf((byte) 1), true, 0));
        var huge = new ArrayList<Touched>();
        for (int i = 0; i < 5_000; i++) {
            huge.add(
                    new Touched(
                            Key.wrap(new ByteSink(1000).int32(i).raw(new byte[996]).toByteArray()),
                            i % 2 == 0,
                            i));
        }
        var batch = bytes.newBatch();
        var writer = new ChangeRows.Writer(9, batch);
        writer.add(2, 10, ID, small);
        writer.add(3, 20, ID, huge);
        writer.add(4, 30, ID, small);
        writer.finish();
        assertThat(batch.count()).isGreaterThan(2);
        bytes.write(batch);

        assertThat(revisions(1)).containsExactly(2L, 3L, 4L);
        assertThat(walk(3).getFirst()).isEqualTo(new Changed(3, 20, 9, ID, huge));
        assertThat(revisions(4)).containsExactly(4L);
        assertThat(deleteBelow(3, 100)).isEqualTo(3);
        assertThat(walk(3).getFirst().touched()).isEqualTo(huge);
        assertThat(deleteBelow(4, 100)).isEqualTo(4);
        assertThat(revisions(4)).containsExactly(4L);
    }

    @Test
    void deleting_leavesEveryRowThatHoldsARevisionFromTheLimitOn() {
        write(2, 3, 4);
        write(5, 6);
        write(7);
        write(8);

        assertThat(deleteBelow(4, 100)).isEqualTo(4);
        assertThat(revisions(1)).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(deleteBelow(5, 100)).isEqualTo(5);
        assertThat(revisions(1)).containsExactly(5L, 6L, 7L, 8L);
        assertThat(deleteBelow(8, 1)).isEqualTo(7);
        assertThat(revisions(1)).containsExactly(7L, 8L);
        assertThat(deleteBelow(8, 1)).isEqualTo(8);
        assertThat(revisions(1)).containsExactly(8L);
    }

    private void write(long... revisions) {
        var batch = bytes.newBatch();
        var writer = new ChangeRows.Writer(revisions[0], batch);
        for (long revision : revisions) {
            writer.add(
                    revision,
                    revision,
                    ID,
                    List.of(new Touched(Key.copyOf((byte) revision), true, 0)));
        }
        writer.finish();
        bytes.write(batch);
    }

    private long deleteBelow(long limit, int max) {
        var batch = bytes.newBatch();
        long done = ChangeRows.deleteBelow(bytes, 0, limit, max, batch);
        bytes.write(batch);
        return done;
    }

    private List<Changed> walk(long from) {
        var found = new ArrayList<Changed>();
        try (var walk = ChangeRows.walk(bytes, from)) {
            for (var next = walk.next(); next != null; next = walk.next()) {
                found.add(next);
            }
        }
        return found;
    }

    private List<Long> revisions(long from) {
        return walk(from).stream().map(Changed::revision).toList();
    }
}
