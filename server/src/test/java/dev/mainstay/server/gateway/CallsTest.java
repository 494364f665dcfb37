package dev.mainstay.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.LogPosition;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Lost.Reason;
import dev.mainstay.consensus.Lost.Refused;
import dev.mainstay.consensus.Lost.Unknown;
import dev.mainstay.server.gateway.Outcome.Applied;
import dev.mainstay.server.gateway.Outcome.NotApplied;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.mvcc.Keyspace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a call's client is told, whatever becomes of its attempts.
class CallsTest {

    private static final LogPosition AT = new LogPosition(2, new LogIndex(10));
    private static final Verdict COMMITTED = new Verdict.Committed(7, true);
    private static final long LATER = System.nanoTime() + TimeUnit.HOURS.toNanos(1);

    private record Sent(Call call, int attempt) {

        void lost(Lost how) {
            call.lost(attempt, how);
        }
    }

    /// What the event loop has not run yet.
    private final List<Runnable> loop = new ArrayList<>();

    private final List<Sent> sent = new ArrayList<>();
    private final List<Outcome> told = new ArrayList<>();
    private final Watched watched = new Watched();
    private final Calls calls = new Calls(loop::add, watched);

    private static final class Watched implements Calls.Watch {

        private int parked;
        private int waiting;

        @Override
        public void parked() {
            parked++;
        }

        @Override
        public void waiting() {
            waiting++;
        }
    }

    @BeforeEach
    void route() {
        calls.routeBy((call, attempt) -> sent.add(new Sent(call, attempt)));
    }

    private void runLoop() {
        var due = List.copyOf(loop);
        loop.clear();
        due.forEach(Runnable::run);
    }

    private static Command.KvTxn put(long number, int bytes) {
        var key = Keyspace.kv(new byte[] {1});
        var step = new KvOp.Put(key, new byte[bytes], 0, false, false, false);
        return new Command.KvTxn(id(number), 1, List.of(), List.of(step), List.of());
    }

    private static TxnId id(long number) {
        return new TxnId(9, number);
    }

    private static Result result(long number, Verdict verdict, boolean isRepeated) {
        var answers =
                verdict.equals(COMMITTED) && !isRepeated
                        ? List.<KvAnswer>of(new KvAnswer.Put(null))
                        : List.<KvAnswer>of();
        return new Result(id(number), verdict, isRepeated, answers);
    }

    private void apply(Result... results) {
        calls.applied(AT, List.of(results), List.of());
        runLoop();
    }

    @Test
    void anAttemptOfUnknownFate_isMadeAgainUnderTheSameId() {
        calls.start(put(1, 1), LATER, told::add);
        sent.getFirst().lost(new Unknown(Reason.NOT_LEADER));
        calls.retry();

        assertThat(sent).hasSize(2);
        assertThat(sent.getLast().call.id()).isEqualTo(id(1));
        apply(result(1, COMMITTED, true));
        assertThat(told).containsExactly(new Applied(2, AT.index(), result(1, COMMITTED, true)));
        assertThat(calls.size()).isZero();
    }

    @Test
    void whoWatches_isToldThatACallWaits_andThatOneNeedsAnotherAttempt() {
        calls.start(put(1, 1), LATER, told::add);
        assertThat(watched.waiting).isEqualTo(1);
        assertThat(watched.parked).isZero();

        sent.getFirst().lost(new Refused(Reason.NOT_LEADER, null));
        assertThat(watched.parked).isEqualTo(1);
        assertThat(calls.hasParked()).isTrue();
    }

    @Test
    void aFullDisk_isARefusal_ofACallThatCannotHaveBeenCarriedOut() {
        calls.start(put(1, 1), LATER, told::add);
        sent.getFirst().lost(new Refused(Reason.NOT_LEADER, null));
        calls.retry();
        sent.getLast().lost(new Refused(Reason.DISK_FULL, null));
        runLoop();

        assertThat(told).containsExactly(new NotApplied(new Refused(Reason.DISK_FULL, null)));
    }

    @Test
    void aFullDisk_afterAnAttemptOfUnknownFate_leavesTheFateUnknown() {
        calls.start(put(1, 1), LATER, told::add);
        sent.getFirst().lost(new Unknown(Reason.NOT_LEADER));
        calls.retry();
        sent.getLast().lost(new Refused(Reason.DISK_FULL, null));
        runLoop();

        assertThat(told).containsExactly(new NotApplied(new Unknown(Reason.DISK_FULL)));
    }

    @Test
    void anExpiredFirstAttempt_saysSo() {
        calls.start(put(1, 1), LATER, told::add);
        apply(result(1, new Verdict.Expired(5), false));

        assertThat(told)
                .containsExactly(
                        new Applied(2, AT.index(), result(1, new Verdict.Expired(5), false)));
    }

    @Test
    void anAttemptThatExpired_afterOneOfUnknownFate_leavesTheFateUnknown() {
        calls.start(put(1, 1), LATER, told::add);
        sent.getFirst().lost(new Unknown(Reason.NOT_LEADER));
        calls.retry();
        apply(result(1, new Verdict.Expired(5), false));

        assertThat(told).containsExactly(new NotApplied(new Unknown(Reason.TIMED_OUT)));
    }

    @Test
    void atItsDeadline_aCallThatWasOnlyRefused_isRefused_andOneUnderWay_isUnknown() {
        long deadline = System.nanoTime();
        calls.start(put(1, 1), deadline, told::add);
        calls.start(put(2, 1), deadline, told::add);
        sent.getFirst().lost(new Refused(Reason.NOT_LEADER, null));
        calls.expire(deadline + 1);
        runLoop();

        assertThat(told)
                .containsExactlyInAnyOrder(
                        new NotApplied(new Refused(Reason.NOT_LEADER, null)),
                        new NotApplied(new Unknown(Reason.TIMED_OUT)));
    }

    @Test
    void aReportAboutAnEarlierAttempt_changesNothing() {
        calls.start(put(1, 1), LATER, told::add);
        var first = sent.getFirst();
        first.lost(new Unknown(Reason.NOT_LEADER));
        calls.retry();
        first.lost(new Refused(Reason.DISK_FULL, null));
        runLoop();

        assertThat(told).isEmpty();
        assertThat(calls.hasParked()).isFalse();
    }

    @Test
    void afterAnInstall_whatWaitedIsAskedForAgain() {
        calls.start(put(1, 1), LATER, told::add);
        calls.installed();
        calls.retry();

        assertThat(sent).hasSize(2);
        apply(result(1, COMMITTED, true));
        assertThat(told).hasSize(1);
    }

    @Test
    void commandsThatWait_areBoundedInBytes_andTheRestIsRefusedOnTheEventLoop() {
        for (int i = 0; i < 63; i++) {
            calls.start(put(i, 1 << 20), LATER, told::add);
        }
        calls.start(put(63, 2 << 20), LATER, told::add);
        assertThat(told).isEmpty();
        runLoop();
        assertThat(told).containsExactly(new NotApplied(new Refused(Reason.QUEUE_FULL, null)));

        calls.isAwaited(id(0));
        apply(result(0, COMMITTED, false));
        calls.start(put(64, 1 << 20), LATER, told::add);
        runLoop();

        assertThat(calls.size()).isEqualTo(63);
        assertThat(told).hasSize(2);
    }

    @Test
    void atItsDeadline_aCallLeaves_andMakesRoom_alsoWhileThereIsNoLeader() {
        calls.routeBy((_, _) -> false);
        long soon = System.nanoTime();
        calls.start(put(1, 33 << 20), soon, told::add);
        calls.expire(soon + 1);
        calls.start(put(2, 33 << 20), LATER, told::add);
        runLoop();

        assertThat(told).containsExactly(new NotApplied(new Refused(Reason.NOT_LEADER, null)));
        assertThat(calls.size()).isEqualTo(1);
        calls.expire(LATER + 1);
        calls.retry();
        assertThat(calls.size()).isZero();
        assertThat(calls.hasParked()).isFalse();
    }

    /// The event loop may be busy: between the verdict and its being told lies time.
    @Test
    void aCallThatIsToBeRefused_isAttemptedNoMore() {
        long soon = System.nanoTime();
        calls.start(put(1, 1), soon, told::add);
        sent.getFirst().lost(new Refused(Reason.NOT_LEADER, null));
        calls.expire(soon + 1);
        calls.retry();
        runLoop();

        assertThat(sent).hasSize(1);
        assertThat(told).containsExactly(new NotApplied(new Refused(Reason.NOT_LEADER, null)));
    }

    @Test
    void whoJoinsACall_isToldTheSame_andWaitsUntilItsOwnDeadline() {
        long soon = System.nanoTime();
        calls.start(put(1, 1), soon, told::add);
        calls.start(put(1, 1), LATER, told::add);
        calls.expire(soon + 1);
        runLoop();
        assertThat(told).isEmpty();

        calls.isAwaited(id(1));
        apply(result(1, COMMITTED, false));

        assertThat(sent).hasSize(1);
        assertThat(told).hasSize(2).allMatch(told.getFirst()::equals);
    }

    @Test
    void whoJoinsACallThatAppliedWithoutKeepingAnswers_getsThemAsARepetition() {
        calls.start(new Command.VoidTxn(id(1), 1), LATER, told::add);
        calls.start(put(1, 1), LATER, told::add);
        // Apply had looked before either was here, so it kept nothing.
        apply(new Result(id(1), COMMITTED, false, List.of()));
        assertThat(told).isEmpty();

        calls.retry();
        apply(result(1, COMMITTED, true));
        assertThat(told).hasSize(2);
    }

    @Test
    void aListenerThatFails_takesNobodysAnswerWithIt() {
        var reads = new AtomicInteger();
        calls.start(
                put(1, 1),
                LATER,
                outcome -> {
                    throw new IllegalStateException("the client is gone");
                });
        calls.start(put(2, 1), LATER, told::add);
        calls.isAwaited(id(1));
        calls.isAwaited(id(2));
        calls.applied(
                AT,
                List.of(result(1, COMMITTED, false), result(2, COMMITTED, false)),
                List.of(
                        () -> {
                            throw new IllegalStateException("no storage thread is free");
                        },
                        reads::incrementAndGet));
        runLoop();

        assertThat(told).hasSize(1);
        assertThat(reads).hasValue(1);
    }
}
