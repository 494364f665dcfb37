package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.History;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// All transactions of a history, the order of versions of every key, and who committed.
///
/// @param committed those that were acknowledged, and those of unknown outcome of which anybody saw
///   an append: then all of it happened
/// @param flaws why nothing can be told; empty if all is well
record Transactions(
        List<Txn> all, Map<Object, Chain> chains, BitSet committed, List<String> flaws) {

    static Transactions of(History history) {
        List<Txn> all = new ArrayList<>();
        for (var op : history.ops()) {
            all.add(Txn.of(all.size(), op));
        }
        Map<Object, Chain> chains = new LinkedHashMap<>();
        List<String> flaws = new ArrayList<>();
        for (var txn : all) {
            for (var micro : txn.micros()) {
                var chain = chains.computeIfAbsent(micro.key(), Chain::new);
                switch (micro) {
                    case Txn.Append(var key, var element) -> {
                        if (!chain.append(txn, element)) {
                            flaws.add(element + " is appended to " + key + " twice");
                        }
                    }
                    case Txn.Read read -> chain.see(txn, read);
                }
            }
        }
        compare(all, chains);
        var committed = committed(all, chains);
        chains.values().forEach(chain -> chain.settle(committed));
        return new Transactions(all, chains, committed, flaws);
    }

    private static void compare(List<Txn> all, Map<Object, Chain> chains) {
        for (var txn : all) {
            for (var read : txn.reads()) {
                Objects.requireNonNull(chains.get(read.key())).compare(txn, read);
            }
        }
    }

    private static BitSet committed(List<Txn> all, Map<Object, Chain> chains) {
        var committed = new BitSet();
        for (var txn : all) {
            if (txn.isOk() || (!txn.isAborted() && wasSeen(txn, chains))) {
                committed.set(txn.id());
            }
        }
        return committed;
    }

    private static boolean wasSeen(Txn txn, Map<Object, Chain> chains) {
        for (var append : txn.appends()) {
            var chain = Objects.requireNonNull(chains.get(append.key()));
            if (chain.observed().contains(append.element())) {
                return true;
            }
        }
        return false;
    }

    Chain chain(Object key) {
        return Objects.requireNonNull(chains.get(key));
    }

    Txn txn(int id) {
        return all.get(id);
    }
}
