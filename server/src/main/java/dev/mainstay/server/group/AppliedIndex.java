package dev.mainstay.server.group;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;

/// How far this member has applied its group's log, and who waits for it to get further.
///
/// The apply thread advances it; anyone may wait.
public final class AppliedIndex {

    private record Waiter(long index, Runnable run) {}

    private final ReentrantLock lock = new ReentrantLock();

    /// Guarded by `lock`.
    private final PriorityQueue<Waiter> waiters =
            new PriorityQueue<>((a, b) -> Long.compare(a.index, b.index));

    /// Volatile: read without the lock by everyone who only looks.
    private volatile long applied;

    public AppliedIndex(long applied) {
        this.applied = applied;
    }

    public long get() {
        return applied;
    }

    /// Runs `run` once `index` is applied: at once on this thread, or later on the thread that
    /// advances the index. It must not block.
    public void whenAtLeast(long index, Runnable run) {
        if (applied < index) {
            lock.lock();
            try {
                // Looked at again under the lock: the apply thread sets the index before it takes
                // the lock, so either we see it here or it sees our waiter.
                if (applied < index) {
                    waiters.add(new Waiter(index, run));
                    return;
                }
            } finally {
                lock.unlock();
            }
        }
        run.run();
    }

    /// Apply thread. The waiters that are due are returned, to be run by the caller.
    List<Runnable> advance(long index) {
        assert index >= applied : "applied index went back: " + applied + " to " + index;
        applied = index;
        lock.lock();
        try {
            if (waiters.isEmpty() || waiters.peek().index > index) {
                return List.of();
            }
            var due = new ArrayList<Runnable>();
            while (!waiters.isEmpty() && waiters.peek().index <= index) {
                due.add(waiters.poll().run);
            }
            return due;
        } finally {
            lock.unlock();
        }
    }
}
