package dev.mainstay.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.Bootstrap;
import dev.mainstay.consensus.Identity;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a full disk does to the files that Ratis replaces.
class KeptFileTest {

    private static final MemberId ID = new MemberId("n1", 7);
    private static final Member SELF = new Member(ID, "h:5432", "h:5433", "h:5434", "h:5435");

    @TempDir Path directory;

    private Identity identity() throws Exception {
        new Bootstrap(ID, 9, List.of(SELF)).write(directory);
        var identity = Identity.claim(directory);
        Files.createDirectories(identity.logDirectory().resolve("current"));
        return identity;
    }

    private static Path file(Identity identity, String name) {
        return identity.logDirectory().resolve("current").resolve(name);
    }

    private static byte[] configuration(long index) {
        return LogEntryProto.newBuilder()
                .setIndex(index)
                .setConfigurationEntry(RaftConfigurationProto.getDefaultInstance())
                .build()
                .toByteArray();
    }

    @ParameterizedTest(name = "left: {0}")
    @ValueSource(strings = {"", "term=", "term=14", "votedFor=n1\nterm=1", "term=13\nvotedFor="})
    void aVoteThatWasCutOff_isWhatWasAnsweredLast(String left) throws Exception {
        var identity = identity();
        var meta = file(identity, "raft-meta");
        Files.writeString(meta, "#\n#date\nterm=13\nvotedFor=n2\n");
        KeptFile.vote(identity).keep();
        Files.writeString(meta, left);

        KeptFile.vote(identity).restore();

        assertThat(meta).hasContent("#\n#date\nterm=13\nvotedFor=n2\n");
    }

    @ParameterizedTest(name = "term {0}, vote {1}")
    @CsvSource({"13, n2", "14, ''", "14, n3", "130, n2"})
    void aVoteThatIsWhole_stays(long term, String votedFor) throws Exception {
        var identity = identity();
        var meta = file(identity, "raft-meta");
        Files.writeString(meta, "term=13\nvotedFor=n2\n");
        KeptFile.vote(identity).keep();
        var whole = "votedFor=%s\nterm=%d\n".formatted(votedFor, term);
        Files.writeString(meta, whole);

        KeptFile.vote(identity).restore();

        assertThat(meta).hasContent(whole);
    }

    @Test
    void aVoteThatIsDamagedBeforeItIsAnswered_isNotKept() throws Exception {
        var identity = identity();
        var meta = file(identity, "raft-meta");
        Files.writeString(meta, "term=13\nvotedFor=n2\n");
        var vote = KeptFile.vote(identity);
        vote.keep();
        Files.writeString(meta, "");

        assertThatThrownBy(vote::keep)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("raft-meta is damaged");

        vote.restore();
        assertThat(meta).hasContent("term=13\nvotedFor=n2\n");
    }

    @Test
    void aConfigurationThatWasCutOff_isTheOneBefore() throws Exception {
        var identity = identity();
        var conf = file(identity, "raft-meta.conf");
        Files.write(conf, configuration(5));
        KeptFile.configuration(identity).keep();
        Files.write(conf, new byte[0]);

        KeptFile.configuration(identity).restore();

        assertThat(conf).hasBinaryContent(configuration(5));
    }

    @Test
    void theFirstConfiguration_thatWasCutOff_isLeftToTheLog() throws Exception {
        var identity = identity();
        var conf = file(identity, "raft-meta.conf");
        Files.write(conf, new byte[0]);

        KeptFile.configuration(identity).restore();

        assertThat(conf).doesNotExist();
    }

    @Test
    void aNewerConfiguration_stays() throws Exception {
        var identity = identity();
        var conf = file(identity, "raft-meta.conf");
        Files.write(conf, configuration(5));
        KeptFile.configuration(identity).keep();
        Files.write(conf, configuration(6));

        KeptFile.configuration(identity).restore();

        assertThat(conf).hasBinaryContent(configuration(6));
    }

    @Test
    void aMemberWhoseFilesWereEmptiedByAFullDisk_comesBack() throws Exception {
        try (var group = LocalGroup.started(directory, 3)) {
            var leader = group.awaitLeader();
            leader.commit("a");
            var follower = group.followersOf(leader).getFirst();
            follower.stop();
            try (var files = Files.walk(follower.directory())) {
                for (var file : files.filter(KeptFileTest::isRatisOwn).toList()) {
                    Files.write(file, new byte[0]);
                }
            }

            follower.start();

            leader.commit("b");
            Await.until("it goes on", () -> follower.machine().has("b"));
        }
    }

    private static boolean isRatisOwn(Path file) {
        return file.endsWith("raft-meta") || file.endsWith("raft-meta.conf");
    }

    /// Whoever asks how a member stands while it stops gets an answer, not an error.
    @Test
    void aClosedLog_stillSaysHowTheMemberStands() throws Exception {
        try (var group = LocalGroup.started(directory, 1)) {
            var leader = group.awaitLeader();
            leader.commit("a");
            var log = leader.log();
            var last = log.standing().last();
            var server = Objects.requireNonNull(log.current());

            server.close();

            assertThat(server.standing().last()).isEqualTo(last);
            assertThat(server.standing().isLeader()).isFalse();
        }
    }
}
