package dev.mainstay.jepsen.checker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The versions of one key in their order, as its longest read shows them.
///
/// Filled in four rounds: all appends, all reads, all reads again, and [#settle].
final class Chain {

    static final int NOBODY = -1;

    /// Who appended an element.
    static final class Writer {
        final Txn txn;
        // Whether it is its last append to the key.
        boolean isFinal = true;

        Writer(Txn txn) {
            this.txn = txn;
        }

        boolean isBy(Txn other) {
            return txn.id() == other.id();
        }
    }

    /// A read and whose it was.
    record Sight(Txn reader, Txn.Read read) {}

    final Object key;
    private final Map<Object, Writer> writers = new LinkedHashMap<>();
    private @Nullable Writer lastWriter;
    private @Nullable Sight longest;
    private final List<Sight> incompatible = new ArrayList<>();
    // The same, as objects: to compare all elements would take long.
    private final Set<Txn.Read> misfits = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Object> observed = new HashSet<>();
    // By place in the longest read: the committed transaction that appended, NOBODY if none did.
    private int[] writerAt = {};
    // By place: the first one from there on with a committed writer; the length if there is none.
    private int[] nextAt = {};
    private List<Integer> unobserved = List.of();

    Chain(Object key) {
        this.key = key;
    }

    /// False if the element was appended before: then nothing can be told from reads of it.
    boolean append(Txn txn, Object element) {
        var writer = new Writer(txn);
        if (lastWriter != null && lastWriter.isBy(txn)) {
            lastWriter.isFinal = false;
        }
        lastWriter = writer;
        return writers.putIfAbsent(element, writer) == null;
    }

    void see(Txn reader, Txn.Read read) {
        if (longest == null || read.elements().size() > longest.read().elements().size()) {
            longest = new Sight(reader, read);
        }
    }

    void compare(Txn reader, Txn.Read read) {
        if (!isPrefix(read.elements())) {
            incompatible.add(new Sight(reader, read));
            misfits.add(read);
        }
    }

    private boolean isPrefix(List<?> elements) {
        var all = order();
        return elements.equals(all.subList(0, elements.size()));
    }

    /// What anybody is known to have seen of this key. After all comparisons.
    Set<Object> observed() {
        if (observed.isEmpty()) {
            observed.addAll(order());
            incompatible.forEach(sight -> observed.addAll(sight.read().elements()));
        }
        return observed;
    }

    void settle(BitSet committed) {
        var order = order();
        int length = order.size();
        writerAt = new int[length];
        nextAt = new int[length + 1];
        Arrays.fill(writerAt, NOBODY);
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < length; i++) {
            var writer = writers.get(order.get(i));
            if (writer != null && committed.get(writer.txn.id()) && seen.add(order.get(i))) {
                writerAt[i] = writer.txn.id();
            }
        }
        nextAt[length] = length;
        for (int i = length - 1; i >= 0; i--) {
            nextAt[i] = writerAt[i] == NOBODY ? nextAt[i + 1] : i;
        }
        Set<Integer> late = new LinkedHashSet<>();
        writers.forEach((element, writer) -> {
            if (committed.get(writer.txn.id()) && !observed().contains(element)) {
                late.add(writer.txn.id());
            }
        });
        unobserved = List.copyOf(late);
    }

    /// The elements in the order in which they were appended, as far as anybody saw.
    List<?> order() {
        return longest == null ? List.of() : longest.read().elements();
    }

    @Nullable Sight longest() {
        return longest;
    }

    /// Reads that are no beginning of the longest one.
    List<Sight> incompatible() {
        return incompatible;
    }

    @Nullable Writer writer(@Nullable Object element) {
        return element == null ? null : writers.get(element);
    }

    /// Committed transactions with an append that nobody saw: all come after the longest read.
    List<Integer> unobserved() {
        return unobserved;
    }

    /// Place of the first committed append at or after this place; the length if there is none.
    int nextAt(int place) {
        return nextAt[place];
    }

    int writerAt(int place) {
        return writerAt[place];
    }

    /// Whether this read shows a beginning of the order.
    boolean isCompatible(Txn.Read read) {
        return !misfits.contains(read);
    }
}
