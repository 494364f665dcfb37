package dev.mainstay.jepsen.cluster.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftOversTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir Path folder;

    private static NodeProcess sleeper() throws IOException {
        return new NodeProcess(new ProcessBuilder("sleep", "600").start().pid());
    }

    @Test
    void theEndOfARun_endsItsProcesses_andRemovesItsFiles() throws IOException {
        var process = sleeper();
        var tree = Files.createDirectories(folder.resolve("tree/branch"));
        try (var run = LeftOvers.in(folder.resolve("runs"), "a")) {
            run.note(LeftOvers.Kind.DIRECTORY, folder.resolve("tree").toString());
            run.note(process);
        }

        assertThat(process.isAlive()).isFalse();
        assertThat(tree).doesNotExist();
        assertThat(folder.resolve("runs")).isEmptyDirectory();
    }

    @Test
    void aProcessWithTheSameId_butAnotherBirth_isLeftAlone() throws IOException {
        var process = sleeper();
        try (var run = LeftOvers.in(folder, "a")) {
            run.note(LeftOvers.Kind.PROCESS, process.pid() + " 12345@another-boot");
        }

        assertThat(process.isAlive()).isTrue();
        process.kill();
    }

    @Test
    void aRunThatLives_isNotSwept() throws IOException {
        var process = sleeper();
        try (var run = LeftOvers.in(folder, "a")) {
            run.note(process);

            assertThat(LeftOvers.sweep(folder)).isEmpty();
            assertThat(process.isAlive()).isTrue();
        }
    }

    @Test
    void whatCannotBeUndone_staysOnTheList() throws IOException {
        var run = LeftOvers.in(folder, "a");
        run.note(LeftOvers.Kind.PROCESS, "no number");

        assertThatThrownBy(run::close)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no number");
        assertThat(folder.resolve("a.run")).exists();
    }

    @Tag("blackbox")
    @Test
    void aSuiteThatWasKilled_isCleanedUpByTheNext() throws IOException {
        var suite = new Suite(folder.resolve("out"));
        var node = suite.node();

        new NodeProcess(suite.process.pid()).kill();

        assertThat(node.isAlive()).isTrue();
        var _ = LeftOvers.sweep();
        // Any suite on this machine may have been the next one, and be at it still.
        Await.until("the node is ended", SOON, () -> !node.isAlive());
        Await.until("its files are gone", SOON, () -> !Files.exists(suite.home()));
    }

    @Tag("blackbox")
    @Test
    void aSuiteThatIsAskedToEnd_cleansUpItself() throws IOException {
        var suite = new Suite(folder.resolve("out"));
        var node = suite.node();
        var home = suite.home();

        suite.process.destroy();

        Await.until("the suite has ended", SOON, () -> !suite.process.isAlive());
        assertThat(node.isAlive()).isFalse();
        assertThat(home).doesNotExist();
    }

    /// Another JVM with a run of its own.
    private static final class Suite {

        private final Path out;
        private final Process process;

        Suite(Path out) throws IOException {
            this.out = out;
            process =
                    new ProcessBuilder(
                                    ProcessHandle.current().info().command().orElseThrow(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "-Dmainstay.home=" + System.getProperty("mainstay.home"),
                                    CrashedSuite.class.getName())
                            .redirectErrorStream(true)
                            .redirectOutput(out.toFile())
                            .start();
            Await.until("its node runs", SOON, () -> words().size() == 3, this::text);
        }

        NodeProcess node() {
            return new NodeProcess(Long.parseLong(words().get(1)));
        }

        Path home() {
            return Path.of(words().get(2));
        }

        private List<String> words() {
            return text().lines()
                    .filter(line -> line.startsWith("node "))
                    .findFirst()
                    .map(line -> List.of(line.split(" ", -1)))
                    .orElse(List.of());
        }

        private String text() {
            try {
                return Files.readString(out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
