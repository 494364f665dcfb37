package dev.mainstay.statemachine.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a real process that writes, again and again on the same files.
final class RocksCrashTest {

    private static final int ROUNDS = 8;

    @TempDir Path directory;

    @Test
    void killedProcess_leavesAPrefixOfItsBatches_withAllThatItFlushed() throws Exception {
        var random = new SplittableRandom();
        for (int round = 0; round < ROUNDS; round++) {
            int flushed = writeAndKill(round, random);

            try (var store = RocksByteStore.open(directory, CrashWriter.SETTINGS)) {
                int last = CrashWriter.last(store);
                assertThat(last).as("round %d", round).isGreaterThanOrEqualTo(flushed);
                assertPrefix(store, last);
                store.verify();
            }
        }
    }

    private static void assertPrefix(ByteStore store, int last) {
        int first = Math.max(1, last - CrashWriter.KEPT + 1);
        var expected = IntStream.rangeClosed(first, last).mapToObj(CrashWriter::key).toList();
        for (var family : new Family[] {Family.CURRENT, Family.CHANGES, Family.OUTCOME}) {
            assertThat(Bytes.keys(store, family, "", null, false))
                    .as("%s up to %d", family, last)
                    .isEqualTo(expected);
        }
    }

    /// Returns the last batch that the process reported as flushed.
    private int writeAndKill(int round, SplittableRandom random) throws Exception {
        var process = start(round);
        try (var lines = process.inputReader()) {
            int last = number(lines.readLine());
            for (int i = random.nextInt(8); i > 0; i--) {
                last = number(lines.readLine());
            }
            spin(random.nextInt(20_000_000));
            // Not the process's own method, which also closes the stream that is read below.
            process.toHandle().destroyForcibly();
            process.waitFor();
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                last = number(line);
            }
            return last;
        }
    }

    private Process start(int round) throws IOException {
        var command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-ea",
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashWriter.class.getName(),
                        directory.toString(),
                        Integer.toString(round));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static int number(String line) {
        assertThat(line).as("the writer ended by itself").isNotNull();
        return Integer.parseInt(line);
    }

    /// So that the kill falls anywhere between two reports.
    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }
}
