package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Story.list;

import dev.mainstay.jepsen.history.Failure.Kind;
import dev.mainstay.jepsen.history.History;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A toy store of lists with versions, whose isolation can be broken, and its clients.
final class AppendSimulation {

    enum Mode {
        /// A transaction happens at one moment.
        SERIAL,
        /// Reads of one state, first committer wins.
        SNAPSHOT,
        /// The same, but the last committer wins, with all that it read.
        SNAPSHOT_LAST_WINS,
        /// Every read is of the latest committed state; appends lock their key.
        READ_COMMITTED,
        /// Appends are there at once, and are taken back on a failure.
        READ_UNCOMMITTED,
        /// Serial, but a transaction that only reads may see an older state.
        STALE_READS
    }

    private static final int CLIENTS = 8;
    private static final int LIVE_KEYS = 5;

    private final SplittableRandom random;
    private final Mode mode;
    private final double unknownShare;
    private final Story story = new Story();
    private final List<Running> running = new ArrayList<>();
    // The committed states by commit; only the last few matter.
    private Map<Object, Version> state = new HashMap<>();
    private Map<Object, Version> olderState = state;
    private final Map<Object, Long> committedAt = new HashMap<>();
    private final Map<Object, Long> locks = new HashMap<>();
    private long commits;
    private long nextProcess;
    private long nextValue = 1;

    AppendSimulation(SplittableRandom random, Mode mode, double unknownShare) {
        this.random = random;
        this.mode = mode;
        this.unknownShare = unknownShare;
    }

    /// A list that never changes; longer ones share its elements.
    private static final class Version extends AbstractList<Object> {
        static final Version EMPTY = new Version(new ArrayList<>(), 0);
        private final List<Object> elements;
        private final int size;

        private Version(List<Object> elements, int size) {
            this.elements = elements;
            this.size = size;
        }

        Version with(Object element) {
            var shared = elements;
            if (elements.size() != size || size == 0) {
                shared = new ArrayList<>(elements.subList(0, size));
            }
            shared.add(element);
            return new Version(shared, size + 1);
        }

        Version without(List<Object> gone) {
            var rest = new ArrayList<>(this);
            rest.removeAll(gone);
            return new Version(rest, rest.size());
        }

        @Override
        public Object get(int index) {
            return elements.get(index);
        }

        @Override
        public int size() {
            return size;
        }
    }

    private record Micro(boolean isRead, Object key, Object element) {
        List<@Nullable Object> value() {
            return isRead ? list("r", key, null) : list("append", key, element);
        }
    }

    private static final class Running {
        final long process;
        final List<Micro> micros;
        final List<@Nullable Object> answer = new ArrayList<>();
        Map<Object, Version> view = Map.of();
        long begunAt;
        boolean isDone;
        boolean hasFailed;

        Running(long process, List<Micro> micros) {
            this.process = process;
            this.micros = micros;
        }

        boolean isReadOnly() {
            return micros.stream().allMatch(Micro::isRead);
        }

        /// What it appended so far.
        List<Object> appends(Object key) {
            return micros.subList(0, answer.size()).stream()
                    .filter(micro -> !micro.isRead() && micro.key().equals(key))
                    .map(Micro::element)
                    .toList();
        }
    }

    History run(int txns, int keys) {
        List<Long> idle = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            idle.add(nextProcess++);
        }
        int txnsPerGroup = Math.max(1, txns * LIVE_KEYS / keys);
        for (int i = 0; i < txns || !running.isEmpty(); ) {
            if (i < txns && !idle.isEmpty() && random.nextInt(3) > 0) {
                long group = i++ / txnsPerGroup;
                begin(idle.removeLast(), group * LIVE_KEYS);
            } else if (!running.isEmpty()) {
                advance(running.get(random.nextInt(running.size())), idle);
            }
        }
        return story.history();
    }

    private void begin(long process, long firstKey) {
        List<Micro> micros = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            var key = firstKey + random.nextInt(LIVE_KEYS);
            micros.add(new Micro(random.nextBoolean(), key, nextValue++));
        }
        begin(process, micros);
    }

    private void begin(long process, List<Micro> micros) {
        story.invoke(process, "txn", micros.stream().map(Micro::value).toList());
        running.add(new Running(process, micros));
    }

    private void advance(Running txn, List<Long> idle) {
        if (!txn.isDone) {
            step(txn);
            return;
        }
        running.remove(txn);
        if (random.nextDouble() < unknownShare) {
            story.info(txn.process);
            idle.add(nextProcess++);
            return;
        }
        if (txn.hasFailed) {
            story.fail(txn.process, Kind.CONFLICT);
        } else {
            story.ok(txn.process, txn.answer);
        }
        idle.add(txn.process);
    }

    private void step(Running txn) {
        if (txn.answer.isEmpty()) {
            txn.view = mode == Mode.STALE_READS && txn.isReadOnly() ? olderState : state;
            txn.view = new HashMap<>(txn.view);
            txn.begunAt = commits;
        }
        do {
            var micro = txn.micros.get(txn.answer.size());
            if (micro.isRead()) {
                txn.answer.add(list("r", micro.key(), read(txn, micro.key())));
            } else if (isLocked(txn, micro)) {
                txn.isDone = true;
                txn.hasFailed = true;
                locks.values().removeIf(process -> process == txn.process);
                return;
            } else {
                var into = mode == Mode.READ_UNCOMMITTED ? state : txn.view;
                into.put(micro.key(), version(into, micro.key()).with(micro.element()));
                txn.answer.add(micro.value());
            }
        } while (isSerial() && txn.answer.size() < txn.micros.size());
        if (txn.answer.size() == txn.micros.size()) {
            commit(txn);
        }
    }

    private boolean isLocked(Running txn, Micro micro) {
        return mode == Mode.READ_COMMITTED
                && locks.computeIfAbsent(micro.key(), _ -> txn.process) != txn.process;
    }

    private static Version version(Map<Object, Version> state, Object key) {
        return state.getOrDefault(key, Version.EMPTY);
    }

    private boolean isSerial() {
        return mode == Mode.SERIAL || mode == Mode.STALE_READS;
    }

    private List<Object> read(Running txn, Object key) {
        return switch (mode) {
            case READ_COMMITTED -> {
                var now = version(state, key);
                for (var own : txn.appends(key)) {
                    now = now.with(own);
                }
                yield now;
            }
            case READ_UNCOMMITTED -> version(state, key);
            case SERIAL, SNAPSHOT, SNAPSHOT_LAST_WINS, STALE_READS -> version(txn.view, key);
        };
    }

    private void commit(Running txn) {
        locks.values().removeIf(process -> process == txn.process);
        txn.isDone = true;
        txn.hasFailed = isLate(txn) || random.nextInt(20) == 0;
        if (mode == Mode.READ_UNCOMMITTED) {
            if (txn.hasFailed) {
                state.replaceAll((key, version) -> version.without(txn.appends(key)));
            }
            return;
        }
        if (!txn.hasFailed && !txn.isReadOnly()) {
            olderState = random.nextInt(4) == 0 ? state : olderState;
            state = new HashMap<>(state);
            commits++;
            for (var micro : txn.micros) {
                if (!micro.isRead()) {
                    commit(txn, micro);
                }
            }
        }
    }

    private boolean isLate(Running txn) {
        return mode == Mode.SNAPSHOT
                && txn.micros.stream()
                        .filter(micro -> !micro.isRead())
                        .anyMatch(m -> committedAt.getOrDefault(m.key(), 0L) > txn.begunAt);
    }

    private void commit(Running txn, Micro micro) {
        committedAt.put(micro.key(), commits);
        state.put(
                micro.key(),
                mode == Mode.SNAPSHOT_LAST_WINS
                        ? version(txn.view, micro.key())
                        : version(state, micro.key()).with(micro.element()));
    }

    /// At most five transactions on two keys, of any isolation, and mostly with reads changed.
    static History small(SplittableRandom random) {
        var modes = Mode.values();
        var mode = modes[random.nextInt(modes.length)];
        var history = new AppendSimulation(random, mode, 0.1).tiny();
        for (int i = random.nextInt(3); i > 0; i--) {
            history = AppendMutations.anyOtherVersion(history, random);
        }
        return history;
    }

    private History tiny() {
        List<Long> idle = new ArrayList<>(List.of(0L, 1L, 2L));
        nextProcess = 3;
        int txns = 3 + random.nextInt(3);
        for (int i = 0; i < txns || !running.isEmpty(); ) {
            if (i < txns && !idle.isEmpty() && random.nextBoolean()) {
                i++;
                beginTiny(idle.remove(random.nextInt(idle.size())));
            } else if (!running.isEmpty()) {
                advance(running.get(random.nextInt(running.size())), idle);
            }
        }
        return story.history();
    }

    private void beginTiny(long process) {
        List<Micro> micros = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            var key = random.nextBoolean() ? "x" : "y";
            micros.add(new Micro(random.nextInt(5) < 3, key, nextValue++));
        }
        begin(process, micros);
    }
}
