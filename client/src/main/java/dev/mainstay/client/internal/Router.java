package dev.mainstay.client.internal;

import dev.mainstay.client.internal.Method.Route;
import dev.mainstay.client.proto.MemberStatus;
import dev.mainstay.client.proto.MembersRequest;
import dev.mainstay.client.proto.MembersResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Which node to ask. Any thread; what it knows is a hint, and a wrong hint costs one hop or one
/// attempt: nodes forward what they cannot decide.
public final class Router {

    private static final long QUESTION_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long ROUND_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long ROUND_PERIOD_SECONDS = 5;

    private final Cluster cluster;
    private final boolean discovers;
    private final List<Node> seeds;

    /// Every node ever heard of, by address; a cluster has few.
    private final ConcurrentHashMap<String, Node> known = new ConcurrentHashMap<>();

    /// True while a round of questions runs or its gap passes.
    private final AtomicBoolean asking = new AtomicBoolean();

    // Replaced as a whole by the round in flight; read on every call.
    private volatile List<Node> candidates;
    private volatile @Nullable Node leader;
    private volatile Node home;

    Router(Cluster cluster, List<String> seeds, boolean discovers, @Nullable String preferred) {
        this.cluster = cluster;
        this.discovers = discovers;
        var nodes = new ArrayList<Node>(seeds.size());
        for (var address : seeds) {
            nodes.add(node(address));
        }
        this.seeds = List.copyOf(nodes);
        candidates = this.seeds;
        home =
                preferred == null
                        ? nodes.get(ThreadLocalRandom.current().nextInt(nodes.size()))
                        : node(preferred);
    }

    void start() {
        ask();
        cluster.repeat(this::ask, ROUND_PERIOD_SECONDS);
    }

    public Node node(String address) {
        return known.computeIfAbsent(address, a -> new Node(a, cluster.transport()));
    }

    /// The node that reads go to while it works.
    public Node home() {
        return home;
    }

    /// The node to try now, after `last` did not answer (null = first attempt).
    public Node choose(Route route, @Nullable Node last) {
        long now = System.nanoTime();
        var first = route == Route.LEADER ? leader : null;
        if (first != null && first != last && first.isUsable(now)) {
            return first;
        }
        var second = home;
        if (second != last && second.isUsable(now)) {
            return second;
        }
        return another(candidates, last, now);
    }

    private static Node another(List<Node> nodes, @Nullable Node last, long now) {
        int start = ThreadLocalRandom.current().nextInt(nodes.size());
        @Nullable Node best = null;
        for (int i = 0; i < nodes.size(); i++) {
            var node = nodes.get((start + i) % nodes.size());
            if (node == last) {
                continue;
            }
            if (node.isUsable(now)) {
                return node;
            }
            if (best == null || node.notBefore() - best.notBefore() < 0) {
                best = node;
            }
        }
        return best == null ? nodes.getFirst() : best;
    }

    /// A node gave no answer.
    public void failed(Node node) {
        if (node == leader) {
            leader = null;
        }
        if (node == home) {
            home = another(candidates, node, System.nanoTime());
        }
        ask();
    }

    /// A node answered that there is no leader.
    public void leaderless() {
        leader = null;
        ask();
    }

    public boolean knowsLeader() {
        return leader != null;
    }

    private void ask() {
        if (asking.compareAndSet(false, true)) {
            var order = new ArrayList<>(candidates);
            int turn = ThreadLocalRandom.current().nextInt(order.size());
            Collections.rotate(order, turn);
            new Round(order).askNext();
        }
    }

    /// Asks one node after the other who leads, until one knows.
    private final class Round implements Receiver<MembersResponse> {

        private final List<Node> order;
        private int next;

        Round(List<Node> order) {
            this.order = order;
        }

        void askNext() {
            if (next == order.size()) {
                end();
                return;
            }
            var node = order.get(next++);
            cluster.start(
                    Methods.MEMBERS_ONCE,
                    MembersRequest.getDefaultInstance(),
                    System.nanoTime() + QUESTION_NANOS,
                    node,
                    this);
        }

        @Override
        public void answered(MembersResponse answer, Node from) {
            if (learn(answer)) {
                end();
            } else {
                askNext();
            }
        }

        @Override
        public void failed(Fault fault) {
            askNext();
        }

        private void end() {
            cluster.schedule(() -> asking.set(false), ROUND_GAP_NANOS, () -> {});
        }
    }

    /// Takes over what a node knows; true when it knows a leader.
    private boolean learn(MembersResponse answer) {
        var nodes = new ArrayList<Node>();
        @Nullable Node leading = null;
        for (var member : answer.getMembersList()) {
            var node = nodeOf(member);
            if (node == null) {
                continue;
            }
            nodes.add(node);
            if (member.getName().equals(answer.getLeader())) {
                leading = node;
            }
        }
        // Seeds stay as a last resort: an advertised address may not be reachable from here.
        for (var seed : seeds) {
            if (!nodes.contains(seed)) {
                nodes.add(seed);
            }
        }
        candidates = List.copyOf(nodes);
        if (leading != null) {
            leader = leading;
        }
        return !answer.getLeader().isEmpty();
    }

    private @Nullable Node nodeOf(MemberStatus member) {
        if (member.getPending() || member.getGrpcAddress().isEmpty()) {
            return null;
        }
        return discovers ? node(member.getGrpcAddress()) : known.get(member.getGrpcAddress());
    }

    void close() {
        known.values().forEach(Node::close);
    }
}
