package dev.mainstay.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trap 11: a member without its memory must not come back under its name.
class IdentityTest {

    private static final MemberId ID = new MemberId("n1", 7);
    private static final Member SELF = new Member(ID, "h:5432", "h:5433", "h:5434", "h:5435");

    @TempDir Path directory;

    private Identity firstStart() throws Exception {
        new Bootstrap(ID, 9, List.of(SELF)).write(directory);
        return Identity.claim(directory);
    }

    /// What Ratis leaves behind, as far as it matters here.
    private void formatLog(Identity identity) throws Exception {
        var current = identity.logDirectory().resolve("current");
        Files.createDirectories(current);
        Files.writeString(current.resolve("raft-meta"), "");
        identity.settle();
    }

    @Test
    void theFirstStart_usesThePermissionUp() throws Exception {
        var first = firstStart();
        assertThat(first.isNew()).isTrue();
        assertThat(first.founders()).containsExactly(SELF);
        formatLog(first);

        var second = Identity.claim(directory);

        assertThat(second.isNew()).isFalse();
        assertThat(second.member()).isEqualTo(ID);
        assertThat(second.group()).isEqualTo(9);
        assertThat(second.diskId()).isEqualTo(first.diskId());
        assertThat(directory.resolve("bootstrap")).doesNotExist();
        assertThat(second.founders()).containsExactly(SELF);
    }

    @Test
    void aFirstStartThatWasCutOff_goesOnUnderTheSameDiskId() throws Exception {
        var cutOff = firstStart();

        var again = Identity.claim(directory);

        assertThat(again.diskId()).isEqualTo(cutOff.diskId());
        assertThat(again.founders()).containsExactly(SELF);
    }

    @Test
    void anEmptyDirectory_isNobody() {
        assertThatThrownBy(() -> Identity.claim(directory))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("belongs to no member");
    }

    @Test
    void anIdentityWithoutItsLog_doesNotStart() throws Exception {
        formatLog(firstStart());
        Files.delete(firstLog().resolve("current/raft-meta"));

        assertThatThrownBy(() -> Identity.claim(directory))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("replace this member");
    }

    private Path firstLog() throws Exception {
        try (var groups = Files.list(directory.resolve("raft"))) {
            return groups.findFirst().orElseThrow();
        }
    }

    @Test
    void aLogWithoutIdentity_isNotFormattedOver() throws Exception {
        formatLog(firstStart());
        Files.delete(directory.resolve("identity"));
        new Bootstrap(ID, 9, List.of(SELF)).write(directory);

        assertThatThrownBy(() -> Identity.claim(directory))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("not an empty directory");
    }

    @Test
    void aBootstrapForSomebodyElse_isRefused() throws Exception {
        formatLog(firstStart());
        new Bootstrap(new MemberId("n2", 8), 9, List.of()).write(directory);

        assertThatThrownBy(() -> Identity.claim(directory))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("already belongs to n1");
    }

    @Test
    void aStateOfAnotherDisk_isRefused() throws Exception {
        var identity = firstStart();
        identity.checkDisk(OptionalLong.empty());
        identity.checkDisk(OptionalLong.of(identity.diskId()));

        assertThatThrownBy(() -> identity.checkDisk(OptionalLong.of(identity.diskId() + 1)))
                .isInstanceOf(CannotStartException.class);
        formatLog(identity);
        var known = Identity.claim(directory);
        assertThatThrownBy(() -> known.checkDisk(OptionalLong.empty()))
                .as("the state is empty, the log is not")
                .isInstanceOf(CannotStartException.class);
    }

    @Test
    void aDamagedFile_isOneLine() throws Exception {
        Files.writeString(directory.resolve("identity"), "member n1");

        assertThatThrownBy(() -> Identity.claim(directory))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("damaged");
    }
}
