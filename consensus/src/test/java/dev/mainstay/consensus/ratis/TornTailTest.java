package dev.mainstay.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.consensus.CannotStartException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trap 13: a power loss in the middle of a write must not keep a member down, and nothing else may
/// cut its log. On files that Ratis wrote.
class TornTailTest {

    private static final String LAST = "z".repeat(3_000);

    @TempDir Path root;
    private LocalGroup group;
    private LocalGroup.Node node;

    @BeforeEach
    void writeALog() throws Exception {
        group = LocalGroup.started(root, 1);
        node = group.awaitLeader();
        node.commit("first");
        node.commit(LAST);
        node.stop();
    }

    private Path segment() throws Exception {
        try (var files = Files.list(LogFixtures.current(node))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_inprogress"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    /// Where the text of the last command starts.
    private int lastAt() throws Exception {
        var text = new String(Files.readAllBytes(segment()), StandardCharsets.ISO_8859_1);
        return text.indexOf(LAST);
    }

    private void overwrite(int at, byte[] bytes) throws Exception {
        try (var file = new RandomAccessFile(segment().toFile(), "rw")) {
            file.seek(at);
            file.write(bytes);
        }
    }

    @Test
    void anEntryWithASectorThatWasNeverWritten_isCutOff() throws Exception {
        int sector = (lastAt() / 512 + 2) * 512;
        overwrite(sector, new byte[512]);

        node.start();
        group.awaitLeader();
        node.commit("after");

        assertThat(node.machine().commands()).containsExactly("first", "after");
        group.close();
    }

    @Test
    void anEntryThatWasWrittenAndChanged_keepsTheMemberDown() throws Exception {
        overwrite(lastAt() + 1_000, "X".getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(node::start)
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining("replace this member");
        group.close();
    }

    @Test
    void aGoodLog_isNotTouched() throws Exception {
        var before = Files.readAllBytes(segment());

        TornTail.check(LogFixtures.current(node).resolve(".."));

        assertThat(Arrays.equals(Files.readAllBytes(segment()), before)).isTrue();
        group.close();
    }
}
