package dev.mainstay.server.kv;

import dev.mainstay.client.proto.LeaderResponse;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.feed.Change;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.feed.Feed;
import dev.mainstay.statemachine.feed.FeedCursor;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// One client that watches an election: hears of each leader and of all that it proclaims.
///
/// Runs on a virtual thread of its own, which is interrupted when the client gives up and waits
/// while it does not read.
final class Observation {

    private static final long BATCH_BYTES_MAX = 1 << 20;

    private final Gateway gateway;
    private final Headers headers;
    private final Recipes recipes;
    private final KeyRange contenders;
    private final ServerCallStreamObserver<LeaderResponse> call;

    /// Released whenever something was published.
    private final Semaphore news = new Semaphore(0);

    /// Released whenever the client can take more.
    private final Semaphore room = new Semaphore(0);

    /// The leader's key, or null while there is none.
    private @Nullable Key leader;

    Observation(
            Gateway gateway,
            Headers headers,
            Recipes recipes,
            KeyRange contenders,
            ServerCallStreamObserver<LeaderResponse> call) {
        this.gateway = gateway;
        this.headers = headers;
        this.recipes = recipes;
        this.contenders = contenders;
        this.call = call;
    }

    /// Must be called before the service's method returns.
    void start() {
        var thread = Thread.ofVirtual().name("observation").unstarted(this::run);
        call.setOnReadyHandler(room::release);
        call.setOnCancelHandler(thread::interrupt);
        thread.start();
    }

    private void run() {
        var error = EtcdError.INTERNAL;
        Feed.Listener listener = _ -> publish();
        gateway.feed().subscribe(listener);
        try {
            recipes.awaitStrict();
            while (true) {
                follow(lookForLeader());
            }
        } catch (Rejection e) {
            error = e.error();
        } catch (CompactedException e) {
            error = EtcdError.OBSERVE_ENDED;
        } catch (InterruptedException e) {
            error = EtcdError.STOPPED;
        } finally {
            gateway.feed().unsubscribe(listener);
            call.onError(error.asRuntimeException());
        }
    }

    /// On the apply thread. One permit is enough: what it stands for is looked at after it is
    /// taken.
    private void publish() {
        if (news.availablePermits() == 0) {
            news.release();
        }
    }

    /// Tells who leads now, if anyone does, and returns the revision that this is known of.
    private long lookForLeader() throws InterruptedException {
        KvAnswer.Found first;
        long revision;
        try (var view = gateway.store().openReadView()) {
            first = Recipes.first(view, contenders);
            revision = view.position().revision();
        }
        leader = first == null ? null : first.key();
        if (first != null) {
            tell(first, revision);
        }
        return revision;
    }

    /// Tells what happens after `revision`, until the leader is gone.
    private void follow(long revision) throws CompactedException, InterruptedException {
        try (var cursor = gateway.feed().open(revision + 1)) {
            while (!pass(cursor)) {
                news.acquire();
                news.drainPermits();
            }
        }
    }

    /// Tells of all that lies before the cursor; true when the leader's key was deleted.
    private boolean pass(FeedCursor cursor) throws CompactedException, InterruptedException {
        var batch = cursor.next(BATCH_BYTES_MAX);
        while (!batch.isEmpty()) {
            for (var revised : batch) {
                for (var change : revised.changes()) {
                    if (isOver(change)) {
                        return true;
                    }
                }
            }
            batch = cursor.next(BATCH_BYTES_MAX);
        }
        return false;
    }

    private boolean isOver(Change change) throws InterruptedException {
        var now = change.now();
        if (now == null) {
            return change.key().equals(leader);
        }
        if (leader == null && contenders.contains(change.key())) {
            leader = change.key();
        }
        if (change.key().equals(leader)) {
            tell(new KvAnswer.Found(change.key(), now), now.modRevision());
        }
        return false;
    }

    private void tell(KvAnswer.Found found, long revision) throws InterruptedException {
        while (!call.isReady()) {
            room.acquire();
        }
        call.onNext(
                LeaderResponse.newBuilder()
                        .setHeader(headers.at(revision))
                        .setKv(KvResponses.keyValue(found))
                        .build());
    }
}
