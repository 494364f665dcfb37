package dev.mainstay.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.gateway.LeaseClock.Reading;
import dev.mainstay.statemachine.MvccStore;
import dev.mainstay.statemachine.StoreSettings;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseClockTest {

    private static final int MANY = 100;
    private final LeaseClock clock = new LeaseClock();

    private static long secondsFromNow(long seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    /// A state with these leases, of 10 s each.
    private static ReadView viewOf(long... leases) {
        var store =
                MvccStore.open(
                        new MemoryByteStore(), new ChangeFeed(1 << 20), StoreSettings.DEFAULT);
        for (int i = 0; i < leases.length; i++) {
            var grant = new Command.GrantLease(new TxnId(1, i), 1, leases[i], 10);
            var bytes = ByteBuffer.wrap(CommandCodec.encode(grant));
            var _ = store.apply(i + 1, 1, i, List.of(bytes), _ -> false);
        }
        return store.openReadView();
    }

    private void lead(long term, long... leases) {
        clock.lead(term);
        try (var view = viewOf(leases)) {
            clock.load(term, view, System.nanoTime());
        }
    }

    @Test
    void aNewLeader_startsAllLeasesWithTheirFullTime() {
        lead(3, 1, 2);

        assertThat(clock.takeDue(secondsFromNow(9), MANY).leases()).isEmpty();
        assertThat(clock.takeDue(secondsFromNow(10), MANY))
                .isEqualTo(new LeaseClock.Due(3, List.of(1L, 2L)));
    }

    @Test
    void whoDoesNotLead_saysNothing_andEndsNothing() {
        lead(3, 1);
        clock.stop();

        assertThat(clock.read(1, true)).isEmpty();
        assertThat(clock.takeDue(secondsFromNow(100), MANY).leases()).isEmpty();
    }

    @Test
    void aLeaderThatHasNotLoadedItsLeases_doesNotCallThemMissing() {
        clock.lead(3);

        assertThat(clock.read(1, true)).isEmpty();
    }

    @Test
    void aKeepAlive_startsTheTimeAnew() {
        lead(3, 1);
        long inTenSeconds = secondsFromNow(10);

        assertThat(clock.read(1, true)).contains(new Reading.Running(10, 10));
        assertThat(clock.takeDue(inTenSeconds - 1, MANY).leases()).isEmpty();
    }

    @Test
    void onceItsEndIsProposed_aLeaseIsNotKeptAlive_andNotProposedAgain() {
        lead(3, 1);
        var _ = clock.takeDue(secondsFromNow(10), MANY);

        assertThat(clock.read(1, true)).contains(new Reading.Expiring());
        assertThat(clock.takeDue(secondsFromNow(20), MANY).leases()).isEmpty();
    }

    @Test
    void aLeaseWhoseEndWasRefused_livesOn_andIsDueAgain() {
        lead(3, 1);
        long due = secondsFromNow(10);
        var _ = clock.takeDue(due, MANY);
        clock.expiryRefused(3, 1);

        assertThat(clock.takeDue(due, MANY).leases()).containsExactly(1L);
        clock.expiryRefused(3, 1);
        assertThat(clock.read(1, true)).contains(new Reading.Running(10, 10));
    }

    @Test
    void aRefusalFromAnEarlierTerm_saysNothingOfThisOne() {
        lead(3, 1);
        var _ = clock.takeDue(secondsFromNow(10), MANY);
        lead(4, 1);
        var _ = clock.takeDue(secondsFromNow(10), MANY);
        clock.expiryRefused(3, 1);

        assertThat(clock.read(1, true)).contains(new Reading.Expiring());
    }

    @Test
    void aLeaseThatEndsWhileTheOthersAreLoaded_isNotBroughtBack() {
        clock.lead(3);
        try (var view = viewOf(1, 2)) {
            clock.ended(1);
            clock.load(3, view, System.nanoTime());
        }

        assertThat(clock.read(1, false)).contains(new Reading.Missing());
        assertThat(clock.read(2, false)).contains(new Reading.Running(10, 10));
    }

    @Test
    void aLeaseThatIsGrantedWhileTheOthersAreLoaded_keepsItsOwnTime() {
        clock.lead(3);
        clock.granted(1, 60);
        try (var view = viewOf(1)) {
            clock.load(3, view, System.nanoTime());
        }

        assertThat(clock.read(1, false)).contains(new Reading.Running(60, 60));
    }

    @Test
    void manyThatAreDueAtOnce_areTakenInPortions() {
        lead(3, 1, 2, 3);

        assertThat(clock.takeDue(secondsFromNow(10), 2).leases()).hasSize(2);
        assertThat(clock.takeDue(secondsFromNow(10), 2).leases()).hasSize(1);
    }
}
