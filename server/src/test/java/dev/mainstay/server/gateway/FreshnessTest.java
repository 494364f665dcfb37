package dev.mainstay.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.ReadIndex;
import dev.mainstay.server.group.AppliedIndex;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The timer's interval is an hour here: what it has to do is seen in its queue.
class FreshnessTest {

    private final ArrayDeque<Consumer<ReadIndex>> questions = new ArrayDeque<>();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final AppliedIndex applied = new AppliedIndex(7);
    private final Freshness freshness =
            new Freshness(questions::add, applied, timer, Duration.ofHours(1));

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void nothingIsProven_beforeTheFirstProof() {
        assertThat(freshness.stalenessMillis()).isEqualTo(-1);
    }

    @Test
    void whatWasAskedForAndIsApplied_isAProof() {
        long before = System.nanoTime();
        freshness.renew();
        answer(new ReadIndex.Reach(new LogIndex(7)));

        long sinceAsked = Duration.ofNanos(System.nanoTime() - before).toMillis();
        assertThat(freshness.stalenessMillis()).isBetween(0L, sinceAsked + 1);
    }

    @Test
    void anIndexThatIsNotApplied_provesNothing() {
        freshness.renew();
        answer(new ReadIndex.Reach(new LogIndex(8)));

        assertThat(freshness.stalenessMillis()).isEqualTo(-1);
    }

    @Test
    void withoutALeader_nothingIsProven_andItAsksAgain() {
        freshness.renew();
        answer(new ReadIndex.NoLeader("none"));

        assertThat(freshness.stalenessMillis()).isEqualTo(-1);
        freshness.renew();
        assertThat(questions).hasSize(1);
    }

    @Test
    void oneQuestionIsOpenAtATime() {
        freshness.renew();
        freshness.renew();

        assertThat(questions).hasSize(1);
    }

    @Test
    void anOlderProof_doesNotReplaceANewerOne() {
        long now = System.nanoTime();
        freshness.proven(now);
        freshness.proven(now - Duration.ofHours(1).toNanos());

        assertThat(freshness.stalenessMillis()).isLessThan(Duration.ofMinutes(30).toMillis());
    }

    @Test
    void theTimerSleeps_untilSomebodyReads() {
        freshness.renew();
        assertThat(timer.getQueue()).isEmpty();

        freshness.wanted();

        assertThat(timer.getQueue()).hasSize(1);
    }

    private void answer(ReadIndex answer) {
        questions.remove().accept(answer);
    }
}
