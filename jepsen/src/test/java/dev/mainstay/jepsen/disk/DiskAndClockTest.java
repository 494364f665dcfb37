package dev.mainstay.jepsen.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.disk.Emulation.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Slow, full and failing disks and wrong clocks, as a JVM sees them.
@Timeout(60)
class DiskAndClockTest {

    private static final Duration NEAR = Duration.ofSeconds(2);

    private @TempDir Path folder;
    private Emulation emulation;
    private ScribeProcess scribe;

    @BeforeEach
    void start() throws IOException {
        var directory = Files.createDirectory(folder.resolve("data"));
        emulation = Emulation.in(folder.resolve("disks"), 1, _ -> directory, Names.LOOSE);
        scribe = ScribeProcess.start(emulation, directory);
    }

    @AfterEach
    void stop() {
        scribe.close();
    }

    @Test
    void aSlowDisk_takesItsTimeForEverySync() throws IOException {
        scribe.does("append a one");
        emulation.disks().slow(0, Duration.ofMillis(300));
        var before = System.nanoTime();
        scribe.does("sync a", "datasync a");
        var took = Duration.ofNanos(System.nanoTime() - before);
        emulation.disks().slow(0, Duration.ZERO);
        scribe.does("sync a");

        assertThat(took).isGreaterThanOrEqualTo(Duration.ofMillis(600));
        assertThat(emulation.disks().traces(0).slowed()).isEqualTo(2);
    }

    @Test
    void aFullDisk_refusesWhatNeedsSpace_andNothingElse() throws IOException {
        var page = "x".repeat(8192);
        scribe.does("append a " + page, "sync a");
        emulation.disks().full(0, true);

        assertThat(scribe.say("append a " + page)).contains("No space left on device");
        assertThat(scribe.say("mkdir y")).contains("No space left on device");
        assertThat(scribe.say("copy a b")).contains("No space left on device");
        assertThat(scribe.say("space")).isEqualTo("0");
        scribe.does("put a 0 yyy", "rename a c", "sync c", "remove c");
        assertThat(emulation.disks().traces(0).refused()).isGreaterThanOrEqualTo(4);

        emulation.disks().full(0, false);

        scribe.does("forget", "append a " + page, "mkdir y");
        assertThat(Long.parseLong(scribe.say("space"))).isPositive();
    }

    @Test
    void aFailingSync_isAnError_andCounted() throws IOException {
        scribe.does("append a one");
        emulation.disks().failSyncs(0, true);

        assertThat(scribe.say("sync a")).contains("Input/output error");
        assertThat(scribe.say("datasync a")).contains("Input/output error");
        assertThat(emulation.disks().traces(0).failed()).isEqualTo(2);
        assertThat(emulation.disks().hindered(0)).isEqualTo(2);
    }

    @Test
    void aShiftedClock_movesWhatTheJvmTellsOfTheTime_andNotItsNanoTime() throws IOException {
        for (var offset :
                Stream.of(-300_000, -100, 100, 300_000).map(Duration::ofMillis).toList()) {
            var nanosBefore = clocks()[2];
            emulation.clocks().shift(0, offset);
            var seen = clocks();

            assertThat(Duration.ofMillis(seen[0])).isCloseTo(shifted(offset), NEAR);
            assertThat(Duration.ofMillis(seen[1])).isCloseTo(shifted(offset), NEAR);
            assertThat(Duration.ofNanos(seen[2] - nanosBefore)).isBetween(Duration.ZERO, NEAR);
            assertThat(emulation.clocks().offset(0)).isEqualTo(offset);
        }
        emulation.clocks().shift(0, Duration.ZERO);

        assertThat(Duration.ofMillis(clocks()[0])).isCloseTo(shifted(Duration.ZERO), NEAR);
    }

    @Test
    void aShiftedClock_leavesWaitsAlone() throws IOException {
        for (var offset : Stream.of(-300, 300).map(Duration::ofSeconds).toList()) {
            emulation.clocks().shift(0, offset);

            assertThat(Long.parseLong(scribe.say("park 200"))).isBetween(190L, 2_000L);
            assertThat(Long.parseLong(scribe.say("parkuntil 200"))).isBetween(190L, 2_000L);
        }
    }

    @Test
    void aDriftingClock_gainsWithTime_andIsRightAgainWhenHealed() throws IOException {
        emulation.clocks().drift(0, 100_000);
        scribe.say("park 500");
        var _ = clocks();
        assertThat(emulation.clocks().offset(0))
                .isBetween(Duration.ofMillis(50), Duration.ofMillis(500));

        emulation.clocks().drift(0, 0);

        var _ = clocks();
        assertThat(emulation.clocks().offset(0)).isEqualTo(Duration.ZERO);
    }

    private long[] clocks() throws IOException {
        return Stream.of(scribe.say("clocks").split(" ", -1)).mapToLong(Long::parseLong).toArray();
    }

    private static Duration shifted(Duration offset) {
        return Duration.ofMillis(System.currentTimeMillis()).plus(offset);
    }
}
