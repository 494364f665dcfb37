package dev.mainstay.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.consensus.Lost.Reason;
import dev.mainstay.consensus.Lost.Refused;
import dev.mainstay.consensus.Lost.Unknown;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupCommitTest {

    private final ScriptedAppender appender = new ScriptedAppender();
    private final GroupCommit commit = new GroupCommit("proposer", appender, () -> 5);
    private final LinkedBlockingQueue<Lost> lost = new LinkedBlockingQueue<>();

    private record Appended(List<ByteBuffer> commands, GroupCommit.Fate fate) {

        List<Integer> sizes() {
            return commands.stream().map(ByteBuffer::remaining).toList();
        }
    }

    private static final class ScriptedAppender implements GroupCommit.Appender {

        private final LinkedBlockingQueue<Appended> entries = new LinkedBlockingQueue<>();
        private volatile @Nullable Refused refusal;
        private volatile long term = 1;

        @Override
        public @Nullable Refused refusal(boolean frees) {
            return refusal;
        }

        @Override
        public long term() {
            return term;
        }

        @Override
        public void append(byte[] entry, GroupCommit.Fate fate) {
            var decoded = EntryCodec.decode(LogPosition.NONE, ByteBuffer.wrap(entry));
            entries.add(new Appended(decoded.commands(), fate));
        }

        Appended next() throws InterruptedException {
            var next = entries.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("no entry came");
            }
            return next;
        }
    }

    @BeforeEach
    void start() {
        commit.start();
    }

    @AfterEach
    void close() {
        commit.close();
    }

    private void propose(int bytes) {
        commit.propose(new byte[bytes], lost::add);
    }

    private List<Appended> fillWindow() throws InterruptedException {
        var flying = new ArrayList<Appended>();
        for (int i = 0; i < GroupCommit.WINDOW; i++) {
            propose(1);
            flying.add(appender.next());
        }
        return flying;
    }

    @Test
    void aLoneCommand_waitsForNobody() throws Exception {
        propose(3);

        assertThat(appender.next().sizes()).containsExactly(3);
    }

    @Test
    void whatGathersWhileTheWindowIsFull_travelsTogether_inOrder() throws Exception {
        var flying = fillWindow();
        for (int i = 1; i <= 300; i++) {
            propose(i);
        }
        assertThat(appender.entries).isEmpty();

        flying.get(1).fate().applied();

        assertThat(appender.next().sizes()).hasSize(GroupCommit.COMMANDS_MAX).startsWith(1, 2, 3);
        flying.get(0).fate().applied();
        assertThat(appender.next().sizes()).hasSize(300 - GroupCommit.COMMANDS_MAX).endsWith(300);
    }

    @Test
    void aBatch_staysBelowItsBytes_andALargeCommandGoesAlone() throws Exception {
        var flying = fillWindow();
        propose(GroupCommit.BATCH_BYTES_MAX - 10);
        propose(10);
        propose(1);
        propose(GroupCommit.BATCH_BYTES_MAX + 1);
        propose(2);

        flying.forEach(entry -> entry.fate().applied());

        assertThat(nextApplied()).containsExactly(GroupCommit.BATCH_BYTES_MAX - 10, 10);
        assertThat(nextApplied()).containsExactly(1);
        assertThat(nextApplied()).containsExactly(GroupCommit.BATCH_BYTES_MAX + 1);
        assertThat(nextApplied()).containsExactly(2);
    }

    private List<Integer> nextApplied() throws InterruptedException {
        var entry = appender.next();
        entry.fate().applied();
        return entry.sizes();
    }

    @Test
    void fewerThanAnEntryInFlightCarries_areSentAllTheSame_soonEnough() throws Exception {
        var flying = fillWindow();
        for (int i = 0; i < 20; i++) {
            propose(1);
        }
        flying.get(0).fate().applied();
        assertThat(appender.next().sizes()).hasSize(20);

        propose(7);
        flying.get(1).fate().applied();

        assertThat(appender.next().sizes()).containsExactly(7);
    }

    @Test
    void everyCommandOfALostEntry_hears() throws Exception {
        var flying = fillWindow();
        propose(1);
        propose(1);
        flying.getFirst().fate().applied();
        var entry = appender.next();

        entry.fate().lost(new Unknown(Reason.NOT_LEADER));
        entry.fate().lost(new Unknown(Reason.TIMED_OUT));

        assertThat(lost)
                .containsExactly(new Unknown(Reason.NOT_LEADER), new Unknown(Reason.NOT_LEADER));
    }

    @Test
    void aCommandOfAnotherTerm_isRefused_alsoWhenTheTermChangesWhileItWaits() throws Exception {
        commit.proposeIn(2, new byte[1], lost::add);
        assertThat(lost.poll()).isEqualTo(new Refused(Reason.NOT_LEADER, null));
        var flying = fillWindow();
        commit.proposeIn(1, new byte[1], lost::add);
        propose(7);

        appender.term = 2;
        flying.getFirst().fate().applied();

        assertThat(appender.next().sizes()).containsExactly(7);
        assertThat(lost).containsExactly(new Refused(Reason.NOT_LEADER, null));
    }

    @Test
    void aFullQueue_refuses_andNobodyBlocks() throws Exception {
        fillWindow();
        propose(GroupCommit.COMMAND_BYTES_MAX);
        for (int i = 0; i < 30; i++) {
            propose(GroupCommit.COMMAND_BYTES_MAX);
        }

        assertThat(lost).contains(new Refused(Reason.QUEUE_FULL, null));
    }

    @Test
    void aCommandThatFitsNoEntry_isAnErrorOfItsProposer() {
        assertThatThrownBy(() -> propose(GroupCommit.COMMAND_BYTES_MAX + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aProposerThatThrows_harmsNobodyElse() throws Exception {
        fillWindow();
        appender.refusal = new Refused(Reason.DISK_FULL, null);
        commit.propose(
                new byte[1],
                lost -> {
                    throw new IllegalStateException("not my day");
                });
        appender.refusal = null;
        commit.propose(
                new byte[1],
                lost -> {
                    throw new IllegalStateException("not my day");
                });
        propose(1);

        commit.abandon(Reason.NOT_LEADER);
        appender.next().fate().lost(new Unknown(Reason.TIMED_OUT));

        // The last one was appended before its group was abandoned, or after: told it is either
        // way.
        Await.until("all are told", () -> lost.size() == GroupCommit.WINDOW + 1);
        assertThat(lost).allMatch(Unknown.class::isInstance);
        propose(9);
        assertThat(appender.next().sizes()).containsExactly(9);
    }

    @Test
    void closing_refusesWhatWaits_andDoesNotKnowAboutWhatFlies() throws Exception {
        fillWindow();
        propose(1);

        commit.close();

        assertThat(lost.poll()).isEqualTo(new Refused(Reason.SHUTTING_DOWN, null));
        assertThat(lost)
                .hasSize(GroupCommit.WINDOW)
                .containsOnly(new Unknown(Reason.SHUTTING_DOWN));
        propose(1);
        assertThat(lost).contains(new Refused(Reason.SHUTTING_DOWN, null));
    }
}
