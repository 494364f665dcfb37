package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which transaction came before which, and by what it is known.
///
/// Nodes are the committed transactions, and one more for each key with appends that nobody saw:
/// all who saw its last version lead there by [#WW] or [#RW], and from there [#PASS] leads to the
/// unseen. So the number of edges grows with the history, not with its square.
final class Dependencies {

    /// The next version of a key is the other's.
    static final int WW = 1;

    /// The other read what the one had appended.
    static final int WR = 2;

    /// The one read a version, and the other appended the next.
    static final int RW = 4;

    /// Ends what another edge began.
    static final int PASS = 8;

    /// The same client called one after the other.
    static final int PROCESS = 16;

    /// The one was acknowledged before the other began.
    static final int REALTIME = 32;

    /// Of those who both saw the last version of a key and appended to it unseen, this many are
    /// joined with all others of that kind; two suffice to convict.
    private static final int JOINED_MAX = 64;

    private final Transactions txns;
    private int nodes;
    private int count;
    private int[] from = new int[1024];
    private int[] to = new int[1024];
    private int[] kind = new int[1024];
    private final List<@Nullable Object> key = new ArrayList<>();
    // By key; filled when first needed.
    private final Map<Object, Set<Integer>> lastReaders = new HashMap<>();
    // Edges by the node that they come from.
    private final int[] first;
    private final int[] outgoing;

    Dependencies(Transactions txns) {
        this.txns = txns;
        nodes = txns.all().size();
        for (var chain : txns.chains().values()) {
            addVersions(chain);
        }
        addReads();
        for (var chain : txns.chains().values()) {
            addUnobserved(chain);
        }
        addProcesses();
        addRealtime();
        first = new int[nodes + 1];
        outgoing = new int[count];
        sort();
    }

    int nodes() {
        return nodes;
    }

    int edges() {
        return count;
    }

    boolean isTxn(int node) {
        return node < txns.all().size();
    }

    /// The edges from a node are `outgoing(first(node))` and so on, before `first(node + 1)`.
    int first(int node) {
        return first[node];
    }

    int outgoing(int place) {
        return outgoing[place];
    }

    int from(int edge) {
        return from[edge];
    }

    int to(int edge) {
        return to[edge];
    }

    int kind(int edge) {
        return kind[edge];
    }

    @Nullable Object key(int edge) {
        return key.get(edge);
    }

    private void add(int a, int b, int what, @Nullable Object about) {
        if (a == b) {
            return;
        }
        if (count == from.length) {
            from = Arrays.copyOf(from, 2 * count);
            to = Arrays.copyOf(to, 2 * count);
            kind = Arrays.copyOf(kind, 2 * count);
        }
        from[count] = a;
        to[count] = b;
        kind[count++] = what;
        key.add(about);
    }

    private void sort() {
        for (int e = 0; e < count; e++) {
            first[from[e] + 1]++;
        }
        for (int node = 0; node < nodes; node++) {
            first[node + 1] += first[node];
        }
        var next = first.clone();
        for (int e = 0; e < count; e++) {
            outgoing[next[from[e]]++] = e;
        }
    }

    private void addVersions(Chain chain) {
        int length = chain.order().size();
        int last = chain.nextAt(0);
        while (last < length) {
            int next = chain.nextAt(last + 1);
            if (next < length) {
                add(chain.writerAt(last), chain.writerAt(next), WW, chain.key);
            }
            last = next;
        }
    }

    private void addReads() {
        for (var txn : txns.all()) {
            for (var read : txn.reads()) {
                var chain = txns.chain(read.key());
                var writer = chain.writer(read.last());
                if (writer != null && writer.isBy(txn)) {
                    // It saw its own append; the order of versions says all the rest.
                    continue;
                }
                if (writer != null && txns.committed().get(writer.txn.id())) {
                    add(writer.txn.id(), txn.id(), WR, chain.key);
                }
                int next = nextVersion(chain, read);
                if (next != Chain.NOBODY) {
                    add(txn.id(), chain.writerAt(next), RW, chain.key);
                }
            }
        }
    }

    /// Place of the version after the one that was read; nobody if it was the last, or if the read
    /// does not fit the others.
    private static int nextVersion(Chain chain, Txn.Read read) {
        if (!chain.isCompatible(read)) {
            return Chain.NOBODY;
        }
        int next = chain.nextAt(read.elements().size());
        return next < chain.order().size() ? next : Chain.NOBODY;
    }

    private void addUnobserved(Chain chain) {
        if (chain.unobserved().isEmpty()) {
            return;
        }
        int virtual = nodes++;
        for (int txn : chain.unobserved()) {
            add(virtual, txn, PASS, chain.key);
        }
        Set<Integer> late = new HashSet<>(chain.unobserved());
        lastWriter(chain, late, virtual);
        Set<Integer> readers = lastReaders(chain);
        int joined = 0;
        for (int reader : readers) {
            if (!late.contains(reader)) {
                add(reader, virtual, RW, chain.key);
            } else if (joined++ < JOINED_MAX) {
                chain.unobserved().forEach(other -> add(reader, other, RW, chain.key));
            }
        }
    }

    private void lastWriter(Chain chain, Set<Integer> late, int virtual) {
        int place = chain.order().size() - 1;
        while (place >= 0 && chain.writerAt(place) == Chain.NOBODY) {
            place--;
        }
        if (place < 0) {
            return;
        }
        int writer = chain.writerAt(place);
        if (late.contains(writer)) {
            chain.unobserved().forEach(other -> add(writer, other, WW, chain.key));
        } else {
            add(writer, virtual, WW, chain.key);
        }
    }

    /// Those who saw the last committed version, and not only by an append of their own.
    private Set<Integer> lastReaders(Chain chain) {
        if (lastReaders.isEmpty()) {
            for (var txn : txns.all()) {
                for (var read : txn.reads()) {
                    var its = txns.chain(read.key());
                    var writer = its.writer(read.last());
                    boolean isOwn = writer != null && writer.isBy(txn);
                    if (!isOwn
                            && its.isCompatible(read)
                            && nextVersion(its, read) == Chain.NOBODY) {
                        lastReaders
                                .computeIfAbsent(its.key, _ -> new LinkedHashSet<>())
                                .add(txn.id());
                    }
                }
            }
        }
        return lastReaders.getOrDefault(chain.key, Set.of());
    }

    private List<Txn> committed() {
        return txns.all().stream().filter(txn -> txns.committed().get(txn.id())).toList();
    }

    private void addProcesses() {
        Map<Long, Txn> last = new HashMap<>();
        for (var txn : committed()) {
            var before = last.put(txn.op().invoke().process(), txn);
            if (before != null && before.isOk()) {
                add(before.id(), txn.id(), PROCESS, null);
            }
        }
    }

    private record Moment(long place, Txn txn, boolean isEnd) {}

    /// Joins each with those acknowledged before it began, less those that another of them began
    /// after: there are never more of these than clients.
    private void addRealtime() {
        List<Moment> moments = new ArrayList<>();
        for (var txn : committed()) {
            moments.add(new Moment(txn.op().begin(), txn, false));
            if (txn.op().end() != Op.NEVER) {
                moments.add(new Moment(txn.op().end(), txn, true));
            }
        }
        moments.sort(Comparator.comparingLong(Moment::place));
        Set<Integer> frontier = new LinkedHashSet<>();
        Map<Integer, List<Integer>> before = new HashMap<>();
        for (var moment : moments) {
            int txn = moment.txn().id();
            if (moment.isEnd()) {
                before.getOrDefault(txn, List.of()).forEach(frontier::remove);
                frontier.add(txn);
            } else {
                before.put(txn, List.copyOf(frontier));
                frontier.forEach(other -> add(other, txn, REALTIME, null));
            }
        }
    }
}
