package dev.mainstay.consensus;

import dev.mainstay.consensus.Lost.Reason;
import dev.mainstay.consensus.Lost.Refused;
import dev.mainstay.consensus.Lost.Unknown;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts waiting commands into entries, one platform thread of its own; [#propose] may be called
/// from any thread and never blocks.
///
/// An entry costs the same whatever it carries, so the commands that gather while earlier entries
/// are in flight travel together. The thread takes nothing before the window has room, and while an
/// entry is in flight it lets as many gather as that one carries, for half the time that entries
/// took lately at most: otherwise the first few of many clients that were answered at once would
/// leave in an entry of their own. A lone command waits for nobody, and a batch is as large as the
/// load makes it.
///
/// - Commands enter the log in the order in which they were queued: one thread, and an append that
///   returns only once the entry has its place.
/// - Fates in flight are independent: an entry may be lost and its successor committed.
/// - Every command's `lost` is called at most once, and not at all when it was applied.
public final class GroupCommit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    public static final int COMMANDS_MAX = 256;
    public static final int BATCH_BYTES_MAX = 1 << 20;

    /// A command larger than this would not fit into an entry; who proposes has to know.
    public static final int COMMAND_BYTES_MAX = 3 << 20;

    static final int WINDOW = 2;
    private static final long GATHER_NANOS_MAX = 5_000_000;
    private static final int WAITING_MAX = 1 << 16;
    private static final long WAITING_BYTES_MAX = 64L << 20;
    private static final long ANY_TERM = -1;
    private static final long CLOSE_MILLIS_MAX = 2_000;

    /// Where entries go.
    public interface Appender {

        /// Why an entry would be refused now, or null.
        ///
        /// @param frees whether it serves to free space
        @Nullable Refused refusal(boolean frees);

        long term();

        /// Appends an entry. Returns once it has its place in the log, or was refused.
        void append(byte[] entry, Fate fate);
    }

    /// Hears once what became of an entry, on any thread.
    public interface Fate {

        void applied();

        void lost(Lost lost);
    }

    /// Counts since the start, and what is waiting now.
    public record Counts(
            int waiting,
            long waitingBytes,
            int inFlight,
            long entries,
            long commands,
            int batchMax) {}

    private record Waiting(long term, boolean frees, byte[] command, Consumer<Lost> lost) {}

    private final Appender appender;
    private final LongSupplier micros;
    private final Semaphore window = new Semaphore(WINDOW);
    private final Set<InFlight> inFlight = ConcurrentHashMap.newKeySet();
    private final LongAdder entries = new LongAdder();
    private final LongAdder commands = new LongAdder();
    private final Thread thread;

    /// Written by the proposer's thread, read by whoever counts.
    private volatile int batchMax;

    /// Mean time from append to applied, of the last few entries.
    private volatile long entryNanos;

    /// Guards the fields below it.
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private long queueBytes;
    private boolean isClosed;

    /// How many have to wait before the thread is woken.
    private int wanted = 1;

    private final Condition arrived = lock.newCondition();

    /// @param micros the clock that stamps entries, microseconds since 1970
    public GroupCommit(String name, Appender appender, LongSupplier micros) {
        this.appender = appender;
        this.micros = micros;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /// See [ReplicatedLog#propose].
    public void propose(byte[] command, Consumer<Lost> lost) {
        enqueue(new Waiting(ANY_TERM, false, command, lost));
    }

    /// See [ReplicatedLog#proposeFreeing].
    public void proposeFreeing(byte[] command, Consumer<Lost> lost) {
        enqueue(new Waiting(ANY_TERM, true, command, lost));
    }

    /// See [ReplicatedLog#proposeIn]. The term is compared here and before the entry is built; a
    /// change after that is for the command itself to notice when it is applied.
    public void proposeIn(long term, byte[] command, Consumer<Lost> lost) {
        enqueue(new Waiting(term, true, command, lost));
    }

    private void enqueue(Waiting waiting) {
        if (waiting.command.length > COMMAND_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a command of " + waiting.command.length + " bytes does not fit an entry");
        }
        var refused = refusal(waiting);
        if (refused == null) {
            refused = offer(waiting);
        }
        if (refused != null) {
            tell(waiting, refused);
        }
    }

    private @Nullable Refused refusal(Waiting waiting) {
        var refused = appender.refusal(waiting.frees);
        if (refused == null && waiting.term != ANY_TERM && waiting.term != appender.term()) {
            return new Refused(Reason.NOT_LEADER, null);
        }
        return refused;
    }

    private @Nullable Refused offer(Waiting waiting) {
        lock.lock();
        try {
            if (isClosed) {
                return new Refused(Reason.SHUTTING_DOWN, null);
            }
            if (queue.size() >= WAITING_MAX
                    || queueBytes + waiting.command.length > WAITING_BYTES_MAX) {
                return new Refused(Reason.QUEUE_FULL, null);
            }
            queue.add(waiting);
            queueBytes += waiting.command.length;
            if (queue.size() >= wanted) {
                arrived.signal();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (awaitCommand()) {
                window.acquire();
                gather();
                send(drain());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// False when closed.
    private boolean awaitCommand() throws InterruptedException {
        lock.lock();
        try {
            while (queue.isEmpty() && !isClosed) {
                arrived.await();
            }
            return !isClosed;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until as many commands wait as an entry in flight carries, or none is in flight, or it
    /// has waited long enough.
    private void gather() throws InterruptedException {
        lock.lock();
        try {
            long patience = Math.min(entryNanos / 2, GATHER_NANOS_MAX);
            while (patience > 0 && !isClosed) {
                wanted = Math.min(meanInFlight(), COMMANDS_MAX);
                if (queue.size() >= wanted || queueBytes >= BATCH_BYTES_MAX) {
                    return;
                }
                patience = arrived.awaitNanos(patience);
            }
        } finally {
            wanted = 1;
            lock.unlock();
        }
    }

    /// Commands per entry in flight; 1 if there is none.
    private int meanInFlight() {
        int commandsInFlight = 0;
        int entriesInFlight = 0;
        for (var flying : inFlight) {
            commandsInFlight += flying.batch.size();
            entriesInFlight++;
        }
        return entriesInFlight == 0 ? 1 : commandsInFlight / entriesInFlight;
    }

    private List<Waiting> drain() {
        var batch = new ArrayList<Waiting>();
        long bytes = 0;
        lock.lock();
        try {
            for (var next = queue.peek(); next != null; next = queue.peek()) {
                bytes += next.command.length;
                if (!batch.isEmpty() && (bytes > BATCH_BYTES_MAX || batch.size() == COMMANDS_MAX)) {
                    break;
                }
                batch.add(queue.remove());
                queueBytes -= next.command.length;
            }
        } finally {
            lock.unlock();
        }
        return batch;
    }

    private void send(List<Waiting> drained) {
        var batch = new ArrayList<Waiting>(drained.size());
        for (var waiting : drained) {
            var refused = refusal(waiting);
            if (refused == null) {
                batch.add(waiting);
            } else {
                tell(waiting, refused);
            }
        }
        if (batch.isEmpty()) {
            window.release();
            return;
        }
        var flying = new InFlight(batch);
        inFlight.add(flying);
        entries.increment();
        commands.add(batch.size());
        batchMax = Math.max(batchMax, batch.size());
        appender.append(
                EntryCodec.encode(
                        micros.getAsLong(), batch.stream().map(Waiting::command).toList()),
                flying);
    }

    private void wake() {
        lock.lock();
        try {
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /// A caller that throws must not end the thread that serves all of them.
    private static void tell(Waiting waiting, Lost lost) {
        try {
            waiting.lost.accept(lost);
        } catch (RuntimeException e) {
            LOG.error("whoever proposed cannot hear that it was lost: {}", lost, e);
        }
    }

    /// Gives up on what is in flight: nobody will hear of it any more.
    public void abandon(Reason reason) {
        for (var flying : inFlight) {
            flying.lost(new Unknown(reason));
        }
    }

    /// Refuses what waits and everything that comes. What is in flight goes on.
    public void shut() {
        List<Waiting> left;
        lock.lock();
        try {
            isClosed = true;
            left = List.copyOf(queue);
            queue.clear();
            queueBytes = 0;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
        for (var waiting : left) {
            tell(waiting, new Refused(Reason.SHUTTING_DOWN, null));
        }
    }

    /// Ends the thread. Whatever is still in flight is unknown.
    @Override
    public void close() {
        shut();
        abandon(Reason.SHUTTING_DOWN);
        try {
            thread.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        abandon(Reason.SHUTTING_DOWN);
    }

    public Counts counts() {
        lock.lock();
        try {
            return new Counts(
                    queue.size(),
                    queueBytes,
                    inFlight.size(),
                    entries.sum(),
                    commands.sum(),
                    batchMax);
        } finally {
            lock.unlock();
        }
    }

    /// One entry on its way.
    private final class InFlight implements Fate {

        private final List<Waiting> batch;
        private final AtomicBoolean isSettled = new AtomicBoolean();
        private final long sentNanos = System.nanoTime();

        InFlight(List<Waiting> batch) {
            this.batch = batch;
        }

        @Override
        public void applied() {
            if (settle()) {
                // Several threads may settle; a lost sample does no harm.
                long before = entryNanos;
                entryNanos = before + (System.nanoTime() - sentNanos - before) / 8;
            }
        }

        @Override
        public void lost(Lost lost) {
            if (settle()) {
                for (var waiting : batch) {
                    tell(waiting, lost);
                }
            }
        }

        private boolean settle() {
            if (!isSettled.compareAndSet(false, true)) {
                return false;
            }
            inFlight.remove(this);
            window.release();
            if (inFlight.isEmpty()) {
                wake();
            }
            return true;
        }
    }
}
