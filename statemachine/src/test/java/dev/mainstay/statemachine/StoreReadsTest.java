package dev.mainstay.statemachine;

import static dev.mainstay.statemachine.TestGroup.key;
import static dev.mainstay.statemachine.TestGroup.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.mvcc.Version;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reads beside the apply thread. Every revision writes the same key, so a version that was read
/// together with its revision has that number.
class StoreReadsTest {

    private static final int REVISIONS = 5_000;

    @Test
    void reads_seeOneState_inMemory() throws Exception {
        readBesideWrites(Medium.memory());
    }

    @Test
    void reads_seeOneState_onDisk(@TempDir Path directory) throws Exception {
        readBesideWrites(Medium.rocks(directory));
    }

    private static void readBesideWrites(Medium medium) throws Exception {
        var isOver = new AtomicBoolean();
        try (var group = new TestGroup(medium.bytes());
                var threads = Executors.newFixedThreadPool(3)) {
            group.kv(put("a", "0"));
            Callable<Long> points =
                    () -> {
                        long last = 0;
                        while (!isOver.get()) {
                            var read = group.store().get(key("a"));
                            assertThat(revision(read.version())).isEqualTo(read.revision());
                            assertThat(read.revision()).isGreaterThanOrEqualTo(last);
                            last = read.revision();
                        }
                        return last;
                    };
            Callable<Long> views =
                    () -> {
                        long last = 0;
                        while (!isOver.get()) {
                            try (var view = group.store().openReadView()) {
                                last = view.position().revision();
                                assertThat(revision(view.get(key("a")))).isEqualTo(last);
                            }
                        }
                        return last;
                    };
            var reads = threads.submit(points);
            var opened = threads.submit(views);
            try {
                for (int i = 0; i < REVISIONS; i++) {
                    group.kv(put("a", "" + i));
                    if (i % 100 == 0) {
                        group.store().collectGarbage();
                    }
                }
            } finally {
                isOver.set(true);
            }
            assertThat(reads.get()).isPositive();
            assertThat(opened.get()).isPositive();
        }
    }

    private static long revision(@Nullable Version version) {
        return version == null ? 0 : version.modRevision();
    }
}
