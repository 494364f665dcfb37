package dev.mainstay.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.CountingMachine;
import dev.mainstay.consensus.LogPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Traps 4, 5, 6, 7 and 17: a member that was away catches up, whatever happens meanwhile.
class InstallTest {

    @TempDir Path root;

    /// Runs once, right after a checkpoint was adopted and before Ratis hears of it.
    private final AtomicReference<Runnable> afterAdopt = new AtomicReference<>(() -> {});

    private final class HookedMachine extends CountingMachine {

        HookedMachine(Path directory) throws IOException {
            super(directory);
        }

        @Override
        public synchronized LogPosition adopt(Path fetched) throws IOException {
            var position = super.adopt(fetched);
            afterAdopt.getAndSet(() -> {}).run();
            return position;
        }
    }

    private LocalGroup start() throws Exception {
        return LocalGroup.started(
                root,
                3,
                options -> LogFixtures.smallSegments(options).machines(HookedMachine::new));
    }

    /// A follower stops, and its leader alone purges what that follower has not seen.
    private static LocalGroup.Node leaveBehind(LocalGroup group, LocalGroup.Node leader)
            throws Exception {
        leader.commit("early");
        var away = group.followersOf(leader).getLast();
        Await.until("early everywhere", () -> away.machine().has("early"));
        away.stop();
        LogFixtures.commitKilobytes(leader, 200);
        leader.log().checkpoint();
        Await.until("purged", () -> LogFixtures.startIndex(leader) > 3);
        return away;
    }

    private static void awaitSame(LocalGroup.Node node, LocalGroup.Node as) throws Exception {
        Await.until(
                node.id() + " has what " + as.id() + " has",
                () -> node.machine().commands().equals(as.machine().commands()));
    }

    @Test
    void aMemberBehindThePurgedLog_installsACheckpoint_andGoesOn() throws Exception {
        try (var group = start()) {
            var leader = group.awaitLeader();
            var away = leaveBehind(group, leader);

            away.start();
            awaitSame(away, leader);
            leader.commit("later");
            awaitSame(away, leader);

            assertThat(away.machine().installs()).isEqualTo(1);
            assertThat(away.heard().failure()).isEmpty();
            away.stop();
            away.start();
            awaitSame(away, leader);
        }
    }

    @Test
    void theLeaderDiesDuringTheFetch_andTheMemberFollowsTheNextOne() throws Exception {
        try (var group = start()) {
            var leader = group.awaitLeader();
            var away = leaveBehind(group, leader);
            var killed = new AtomicBoolean();
            leader.beforeFetchEnds(path -> {
                killed.set(true);
                leader.stop();
            });

            away.start();
            Await.until("the fetch began", killed::get);
            var next = group.awaitLeaderOtherThan(leader);
            next.commit("later");

            awaitSame(away, next);
        }
    }

    @Test
    void theLeaderDiesJustAfterTheFetch_andTheMemberStartsAnewFromTheCheckpoint() throws Exception {
        try (var group = start()) {
            var leader = group.awaitLeader();
            var away = leaveBehind(group, leader);
            var killed = new AtomicBoolean();
            afterAdopt.set(() -> {
                leader.stop();
                killed.set(true);
            });

            away.start();
            Await.until("the checkpoint was adopted", killed::get);
            var next = group.awaitLeaderOtherThan(leader);
            next.commit("later");

            awaitSame(away, next);
            assertThat(away.machine().installs()).isEqualTo(1);
            assertThat(away.heard().failure()).isEmpty();
        }
    }

    @Test
    void aMemberThatDiedBetweenAdoptingAndInstalling_startsFromTheCheckpoint() throws Exception {
        try (var group = start()) {
            var leader = group.awaitLeader();
            var away = leaveBehind(group, leader);
            var fetched = root.resolve("fetched");
            leader.checkpoint(fetched);
            new CountingMachine(away.directory().resolve("state")).adopt(fetched);

            away.start();
            awaitSame(away, leader);
            leader.commit("later");

            awaitSame(away, leader);
        }
    }

    /// RATIS-2500: the checkpoint ends right before the leader's first entry.
    @Test
    void aMemberThatNeedsExactlyTheLeadersFirstEntry_isNotAskedToInstallForEver() throws Exception {
        try (var group = start()) {
            var away = endRightBeforeTheLeadersLog(group);

            away.start();

            awaitSame(away, group.awaitLeader());
            assertThat(away.machine().installs()).isZero();
        }
    }

    /// The same without our fix, so that the story above is known to be the one that needs it.
    @Test
    void withoutTheFix_suchAMemberIsAskedToInstallForEver() throws Exception {
        try (var group =
                LocalGroup.started(
                        root,
                        3,
                        options -> {
                            options.isAppenderFixed = false;
                            return LogFixtures.smallSegments(options);
                        })) {
            var away = endRightBeforeTheLeadersLog(group);
            var leader = group.awaitLeader();

            away.start();

            Await.until("asked again and again", () -> away.installRequests() > 50);
            assertThat(away.machine().commands()).isNotEqualTo(leader.machine().commands());
        }
    }

    private static LocalGroup.Node endRightBeforeTheLeadersLog(LocalGroup group) throws Exception {
        var leader = group.awaitLeader();
        leader.commit("early");
        var away = group.followersOf(leader).getLast();
        awaitSame(away, leader);
        away.log().checkpoint();
        var durable = away.machine().durable().index();
        away.stop();
        var next = group.followersOf(leader).getFirst();
        // Segments end at term changes.
        leader.log().transferLeadership(next.id(), LogFixtures.PATIENCE);
        group.awaitLeaderOtherThan(leader);
        LogFixtures.commitKilobytes(next, 20);
        next.log().checkpoint();
        Await.until(
                "the first entry is the one that is needed",
                () -> LogFixtures.startIndex(next) == durable.value() + 1);
        return away;
    }

    @Test
    void theLog_isPurgedByBytes_alsoWhileAMemberIsDead() throws Exception {
        try (var group =
                LocalGroup.started(
                        root,
                        3,
                        options -> {
                            options.checkpointBytes = 100 << 10;
                            // A pause of the JVM is not to be what the leader is lost by.
                            return LogFixtures.smallSegments(options)
                                    .electionTimeout(Duration.ofSeconds(3));
                        })) {
            var leader = group.awaitLeader();
            group.followersOf(leader).getFirst().stop();

            LogFixtures.commitKilobytes(leader, 300);

            Await.until("purged", () -> LogFixtures.startIndex(leader) > 3);
            assertThat(leader.machine().flushes()).isBetween(1, 4);
        }
    }

    @Test
    void aFlushThatReachesLessFarThanTheLastOne_doesNotStopTheMember() throws Exception {
        try (var group =
                LocalGroup.started(root, 1, options -> options.machines(ForgetfulMachine::new))) {
            var leader = group.awaitLeader();
            leader.commit("a");
            leader.log().checkpoint();
            leader.commit("b");

            leader.log().checkpoint();

            leader.commit("c");
            assertThat(leader.heard().failure()).isEmpty();
        }
    }

    /// Says at every second flush that only the beginning is durable.
    private static final class ForgetfulMachine extends CountingMachine {

        ForgetfulMachine(Path directory) throws IOException {
            super(directory);
        }

        @Override
        public synchronized LogPosition flush(LogPosition at) {
            var first = super.durable();
            var flushed = super.flush(at);
            return first.equals(LogPosition.NONE) ? flushed : first;
        }
    }
}
