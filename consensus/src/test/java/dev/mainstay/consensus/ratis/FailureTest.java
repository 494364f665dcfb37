package dev.mainstay.consensus.ratis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.CannotStartException;
import dev.mainstay.consensus.DurableFiles;
import dev.mainstay.consensus.Lost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Traps 3, 10 and 12: a member that can no longer be trusted says so, and a vote lasts.
class FailureTest {

    @TempDir Path root;

    @Test
    void aMemberThatCannotApplyAnEntry_stops_andSkipsNothing() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();
            var bad = group.followersOf(leader).getFirst();
            bad.machine().poison("poison");

            leader.commit("poison");
            leader.commit("after");

            Await.until("the failure is told", () -> bad.heard().failure().isPresent());
            assertThat(bad.heard().failure().orElseThrow()).startsWith("cannot apply the entry");
            assertThat(bad.machine().commands()).doesNotContain("poison", "after");
        }
    }

    @Test
    void aLogThatCannotBeWritten_isAFailure() throws Exception {
        try (var group = LocalGroup.started(root, 1, LogFixtures::smallSegments)) {
            var leader = group.awaitLeader();
            leader.commit("before");
            var current = LogFixtures.current(leader);
            Files.move(current, current.resolveSibling("gone"));

            Await.until(
                    "the failure is told",
                    () -> {
                        var _ = leader.propose("-".repeat(1_000));
                        return leader.heard().failure().isPresent();
                    });
            Files.move(current.resolveSibling("gone"), current);
        }
    }

    @Test
    void aFailedWriteOfTheLog_isAFailureAtOnce() throws Exception {
        try (var group = LocalGroup.started(root, 1)) {
            var leader = group.awaitLeader();
            var server = Objects.requireNonNull(leader.log().current());

            server.division()
                    .getStateMachine()
                    .event()
                    .notifyLogFailed(new IOException("EIO"), null);

            assertThat(leader.heard().failure()).contains("cannot write the log");
        }
    }

    private static class CountedDisk implements Seams.Disk {

        private final Queue<Path> synced = new ConcurrentLinkedQueue<>();
        // Those of before the permission to format was used up.
        private final Queue<Path> syncedFirst = new ConcurrentLinkedQueue<>();
        private final AtomicReference<Long> free = new AtomicReference<>(Long.MAX_VALUE);

        @Override
        public void syncDirectory(Path directory) throws IOException {
            DurableFiles.syncDirectory(directory);
            synced.add(directory);
            if (!isPermissionUsedUp(directory)) {
                syncedFirst.add(directory);
            }
        }

        static boolean isPermissionUsedUp(Path directory) {
            return !Files.exists(memberDirectory(directory).resolve("bootstrap"));
        }

        private static Path memberDirectory(Path directory) {
            var above = directory;
            while (!Files.exists(above.resolve("identity"))) {
                above = Objects.requireNonNull(above.getParent());
            }
            return above;
        }

        long syncsOfVotes() {
            return synced.stream().filter(path -> path.endsWith("current")).count()
                    - syncedFirst.stream().filter(path -> path.endsWith("current")).count();
        }

        @Override
        public long freeBytes(Path directory) {
            return free.get();
        }
    }

    /// Ratis makes the directories of the log and syncs none: a loss of power right after the first
    /// start would leave a member that may not format its log again, and has none.
    @Test
    void aNewLog_isInItsDirectories_beforeThePermissionToFormatIsUsedUp() throws Exception {
        var disk = new CountedDisk();
        try (var group =
                LocalGroup.started(
                        root,
                        1,
                        options -> {
                            options.disks = () -> disk;
                            return options;
                        })) {
            var directory = group.awaitLeader().directory();

            var current = disk.syncedFirst.element();
            var raft = directory.resolve("raft");
            assertThat(current).endsWithRaw(Path.of("current")).exists();
            assertThat(disk.syncedFirst)
                    .containsExactly(current, current.getParent(), raft, directory);
        }
    }

    /// Ratis renames the file with the vote and never syncs its directory.
    @Test
    void aVote_isInTheDirectoryBeforeItIsAnswered() throws Exception {
        var disk = new CountedDisk();
        try (var group =
                LocalGroup.started(
                        root,
                        3,
                        options -> {
                            options.disks = () -> disk;
                            return options;
                        })) {
            group.awaitLeader();

            assertThat(disk.syncsOfVotes())
                    .as("one voter and the leader itself, of three members")
                    .isGreaterThanOrEqualTo(2);
        }
    }

    /// Ratis ends such an election without a word, and the member would be a candidate for ever.
    @Test
    void aCandidateWhoseVoteCannotBeWritten_isAFailure() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();
            leader.commit("a");
            var others = group.followersOf(leader);
            for (var node : others) {
                try (var files = Files.walk(node.directory())) {
                    var current = files.filter(file -> file.endsWith("current")).toList();
                    Files.createDirectories(current.getFirst().resolve("raft-meta.tmp/in-the-way"));
                }
            }

            leader.stop();

            Await.until(
                    "a failure is told",
                    () -> others.stream().anyMatch(node -> node.heard().failure().isPresent()));
        }
    }

    /// Whoever answered all the same would lend its vote to a leader, and might forget it.
    @Test
    void aVoteThatCannotBeMadeDurable_isNotGiven() throws Exception {
        try (var group =
                LocalGroup.started(
                        root,
                        3,
                        options -> {
                            options.disks = BrokenDisk::new;
                            return options;
                        })) {
            Await.until(
                    "a failure is told",
                    () ->
                            group.nodes().stream()
                                    .anyMatch(node -> node.heard().failure().isPresent()));

            assertThat(group.nodes())
                    .noneMatch(node -> node.log().standing().isLeader())
                    .allMatch(node -> node.log().standing().leader() == null);
        }
    }

    /// Breaks once the log is there.
    private static final class BrokenDisk extends CountedDisk {

        @Override
        public void syncDirectory(Path directory) throws IOException {
            if (isPermissionUsedUp(directory)) {
                throw new IOException("EIO");
            }
        }
    }

    @Test
    void aNewLogThatIsNotInItsDirectories_isARefusedStart_andTheNextOneBeginsAgain()
            throws Exception {
        var broken = new AtomicBoolean(true);
        try (var group =
                new LocalGroup(
                        root,
                        1,
                        options -> {
                            options.disks = () -> new StubbornDisk(broken);
                            return options;
                        })) {
            var node = group.node(0);
            assertThatThrownBy(node::start)
                    .isInstanceOf(CannotStartException.class)
                    .hasMessageContaining("EIO");

            broken.set(false);
            node.start();

            group.awaitLeader().commit("x");
        }
    }

    /// Takes nothing while `isBroken`.
    private static final class StubbornDisk extends CountedDisk {

        private final AtomicBoolean isBroken;

        StubbornDisk(AtomicBoolean isBroken) {
            this.isBroken = isBroken;
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            if (isBroken.get()) {
                throw new IOException("EIO");
            }
        }
    }

    @Test
    void aLeaderWithANearlyFullDisk_handsOver() throws Exception {
        var disks = new ArrayList<CountedDisk>();
        try (var group =
                LocalGroup.started(
                        root,
                        3,
                        options -> {
                            options.disks =
                                    () -> {
                                        var disk = new CountedDisk();
                                        disks.add(disk);
                                        return disk;
                                    };
                            options.diskReserveBytes = 1_000;
                            return options;
                        })) {
            var leader = group.awaitLeader();
            leader.commit("x");

            disks.get(group.nodes().indexOf(leader)).free.set(10L);

            group.awaitLeaderOtherThan(leader).commit("y");
            Await.until("told", () -> leader.heard().hasLostLeadership());
        }
    }

    @Test
    void aNearlyFullDisk_refusesWrites_untilThereIsSpaceAgain() throws Exception {
        var disk = new CountedDisk();
        try (var group =
                LocalGroup.started(
                        root,
                        1,
                        options -> {
                            options.disks = () -> disk;
                            options.diskReserveBytes = 1_000;
                            return options;
                        })) {
            var leader = group.awaitLeader();
            leader.commit("before");

            disk.free.set(999L);
            Await.until("noticed", () -> isFull(leader));
            var lost = leader.propose("refused").get(10, TimeUnit.SECONDS);
            assertThat(lost).isEqualTo(new Lost.Refused(Lost.Reason.DISK_FULL, null));
            disk.free.set(1_000L);
            Await.until("noticed", () -> !isFull(leader));
            leader.commit("after");

            assertThat(leader.machine().commands()).containsExactly("before", "after");
        }
    }

    @Test
    void whatFreesSpace_isTaken_untilHalfOfTheReserveIsUsed() throws Exception {
        var free = new AtomicLong(999);
        try (var group =
                LocalGroup.started(root, 1, options -> options.freeBytes(free::get, 1_000))) {
            var leader = group.awaitLeader();

            var refused = new CompletableFuture<Lost>();
            leader.log().proposeFreeing("delete".getBytes(UTF_8), refused::complete);
            Await.until("applied", () -> leader.machine().has("delete"));
            free.set(499);
            Await.until(
                    "not taken any more",
                    () -> {
                        leader.log().proposeFreeing("late".getBytes(UTF_8), refused::complete);
                        return refused.isDone();
                    });

            assertThat(refused.get()).isEqualTo(new Lost.Refused(Lost.Reason.DISK_FULL, null));
        }
    }

    private static boolean isFull(LocalGroup.Node node) {
        return node.log().gauges().getOrDefault("disk.full", -1.0) == 1.0;
    }
}
