package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.LogPosition;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Peers;
import dev.mainstay.consensus.StateMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a member that is too far behind up to date: fetches a checkpoint, on a thread of its own
/// per attempt.
///
/// - Until the checkpoint is adopted an attempt may fail: then Ratis asks again. It must fail when
///   the leader changes, because a member that is "installing" refuses every append, also those of
///   a new leader that has all it needs.
/// - Once adopted there is no way back: the next start opens the checkpoint, and the log may be
///   purged up to what the running state flushed. So either Ratis picks it up, or the server is
///   rebuilt and starts from it; in between nothing is flushed.
final class Installs implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Installs.class);

    /// What an install asks of the member.
    interface Host {

        /// Starts Ratis' server anew in this process, from the adopted checkpoint. Blocking.
        void rebuild(String why);

        void failed(String reason, Throwable cause);
    }

    private final Path incoming;
    private final StateMachine machine;
    private final Peers peers;
    private final Duration pickUpTime;
    private final ScheduledExecutorService timer;
    private final Host host;

    /// Guards the fields below.
    private final Object lock = new Object();

    private @Nullable Attempt fetching;
    private @Nullable LogPosition adopted;

    /// The checkpoint is just becoming what the next start opens: too late to break off.
    private boolean isAdopting;

    private boolean isClosed;

    Installs(
            Path incoming,
            StateMachine machine,
            Peers peers,
            Duration pickUpTime,
            ScheduledExecutorService timer,
            Host host) {
        this.incoming = incoming;
        this.machine = machine;
        this.peers = peers;
        this.pickUpTime = pickUpTime;
        this.timer = timer;
        this.host = host;
    }

    /// Ratis' question; answered at once by a future.
    CompletableFuture<TermIndex> begin(Member leader, TermIndex first) {
        synchronized (lock) {
            if (adopted != null) {
                return CompletableFuture.completedFuture(RaftNames.termIndex(adopted));
            }
            if (isClosed || fetching != null) {
                return CompletableFuture.failedFuture(
                        new IOException("the last attempt has not ended yet"));
            }
            fetching = new Attempt(leader, first);
            fetching.thread.start();
            return fetching.future;
        }
    }

    /// The group has this leader now: a fetch from another one is broken off.
    void leaderIs(MemberId leader) {
        synchronized (lock) {
            if (fetching != null && !isAdopting && !fetching.leader.id().equals(leader)) {
                fetching.thread.interrupt();
                var future = fetching.future;
                // Not here: Ratis' lock is held by the caller.
                timer.execute(
                        () -> future.completeExceptionally(new IOException("another leader")));
            }
        }
    }

    boolean isDue() {
        synchronized (lock) {
            return isAdopting || adopted != null;
        }
    }

    /// The adopted checkpoint is being installed.
    void pickedUp() {
        synchronized (lock) {
            adopted = null;
        }
    }

    @Override
    public void close() {
        Attempt attempt;
        synchronized (lock) {
            isClosed = true;
            attempt = fetching;
        }
        if (attempt != null) {
            attempt.thread.interrupt();
            try {
                attempt.thread.join(2_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class Attempt {

        private final Member leader;
        private final TermIndex first;
        private final CompletableFuture<TermIndex> future = new CompletableFuture<>();
        private final Thread thread =
                Thread.ofPlatform().name("install").daemon().unstarted(this::run);

        Attempt(Member leader, TermIndex first) {
            this.leader = leader;
            this.first = first;
        }

        private void run() {
            try {
                LOG.info("fetching a checkpoint from {}: its log starts at {}", leader.id(), first);
                peers.fetchCheckpoint(leader, incoming);
                if (!beginsAdopting()) {
                    throw new IOException("another leader");
                }
                adopt();
            } catch (IOException e) {
                LOG.warn("fetching a checkpoint from {} failed: {}", leader.id(), e.toString());
                end(null);
                future.completeExceptionally(e);
            } catch (InterruptedException e) {
                end(null);
                future.completeExceptionally(new IOException("another leader", e));
            } catch (RuntimeException | Error e) {
                host.failed("cannot adopt the fetched checkpoint", e);
                future.completeExceptionally(e);
            }
        }

        private boolean beginsAdopting() {
            synchronized (lock) {
                isAdopting = !Thread.interrupted();
                return isAdopting;
            }
        }

        private void adopt() throws IOException {
            var position = machine.adopt(incoming);
            end(position);
            LOG.info("adopted a checkpoint that covers the log up to {}", position);
            if (position.index().value() + 1 < first.getIndex()) {
                future.completeExceptionally(
                        new IOException("the checkpoint ends before " + first));
            } else {
                future.complete(RaftNames.termIndex(position));
            }
            var _ =
                    timer.schedule(
                            () -> rebuildIfStillDue(position),
                            pickUpTime.toMillis(),
                            TimeUnit.MILLISECONDS);
        }

        private void end(@Nullable LogPosition result) {
            synchronized (lock) {
                fetching = null;
                isAdopting = false;
                adopted = result;
            }
        }

        /// Timer thread: only starts another one.
        private void rebuildIfStillDue(LogPosition position) {
            synchronized (lock) {
                if (isClosed || !position.equals(adopted)) {
                    return;
                }
            }
            Thread.ofPlatform()
                    .name("rebuild")
                    .daemon()
                    .start(() -> host.rebuild("nobody picked up the fetched checkpoint"));
        }
    }
}
