package dev.mainstay.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Which member hears which, in tests. Any thread. A wire has a direction; everything that members
/// say to each other obeys: Raft's messages and the questions of [Peers].
public final class Firewall {

    private record Wire(MemberId from, MemberId to) {}

    private final Set<Wire> cut = ConcurrentHashMap.newKeySet();
    private final List<Runnable> onHeal = new ArrayList<>();

    public boolean isCut(MemberId from, MemberId to) {
        return cut.contains(new Wire(from, to));
    }

    /// `to` no longer hears `from`.
    public void cut(MemberId from, MemberId to) {
        cut.add(new Wire(from, to));
    }

    /// Cuts both directions between `member` and each of `others`.
    public void isolate(MemberId member, Iterable<MemberId> others) {
        for (var other : others) {
            if (!other.equals(member)) {
                cut(member, other);
                cut(other, member);
            }
        }
    }

    public void heal() {
        List<Runnable> waiting;
        synchronized (onHeal) {
            cut.clear();
            waiting = List.copyOf(onHeal);
            onHeal.clear();
        }
        waiting.forEach(Runnable::run);
    }

    /// Runs `then` at the next [#heal]: whatever lost a message breaks then, as a connection would.
    public void whenHealed(Runnable then) {
        synchronized (onHeal) {
            onHeal.add(then);
        }
    }
}
