package dev.mainstay.server.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.Firewall;
import dev.mainstay.consensus.Identity;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.ratis.LocalGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/// A group in one JVM, with real logs, stores, gateways and links. Closing it first checks that all
/// members hold the same bytes. One test thread.
final class ThreeMembers implements AutoCloseable {

    static final long GROUP = LocalGroup.GROUP;

    private final Map<MemberId, LiveMember> lives = new ConcurrentHashMap<>();
    private final PeerWires wires;
    private final LocalGroup group;

    private ThreeMembers(
            Path root, LiveMember.Fittings fittings, UnaryOperator<LocalGroup.Options> change)
            throws Exception {
        group =
                new LocalGroup(
                        root,
                        3,
                        options ->
                                change.apply(
                                        options.crews((node, identity) ->
                                                board(node, identity, fittings))));
        wires = new PeerWires(group.firewall(), this::addresses);
    }

    static ThreeMembers started(Path root) throws Exception {
        return started(root, LiveMember.Fittings.USUAL, options -> options);
    }

    static ThreeMembers started(
            Path root, LiveMember.Fittings fittings, UnaryOperator<LocalGroup.Options> change)
            throws Exception {
        var members = new ThreeMembers(root, fittings, change);
        for (var node : members.group.nodes()) {
            node.start();
        }
        return members;
    }

    private LiveMember board(LocalGroup.Node node, Identity identity, LiveMember.Fittings fittings)
            throws java.io.IOException, dev.mainstay.consensus.CannotStartException {
        var life = new LiveMember(node, identity, wires, fittings);
        lives.put(node.id(), life);
        return life;
    }

    private List<Member> addresses() {
        return group.members();
    }

    LocalGroup group() {
        return group;
    }

    Firewall firewall() {
        return group.firewall();
    }

    PeerWires wires() {
        return wires;
    }

    LiveMember at(LocalGroup.Node node) {
        return java.util.Objects.requireNonNull(lives.get(node.id()));
    }

    LocalGroup.Node node(LiveMember member) {
        return group.nodes().stream()
                .filter(node -> node.id().equals(member.id()))
                .findFirst()
                .orElseThrow();
    }

    LiveMember awaitLeader() throws Exception {
        return at(group.awaitLeader());
    }

    LiveMember awaitLeaderOtherThan(LiveMember former) throws Exception {
        return at(group.awaitLeaderOtherThan(node(former)));
    }

    List<LiveMember> followersOf(LiveMember leader) {
        return group.followersOf(node(leader)).stream().map(this::at).toList();
    }

    List<LiveMember> running() {
        return group.nodes().stream().filter(LocalGroup.Node::isUp).map(this::at).toList();
    }

    static Client clientOf(LiveMember member) {
        return new Client(member.gateway());
    }

    void isolate(LiveMember member) {
        group.isolate(node(member));
    }

    void stop(LiveMember member) {
        node(member).stop();
    }

    /// A further member, with an empty disk: it waits to be added.
    LiveMember join() throws Exception {
        var node = group.joiner();
        node.start();
        return at(node);
    }

    LiveMember start(LiveMember member) throws Exception {
        var node = node(member);
        node.start();
        return at(node);
    }

    /// The end of a story: wires healed, stopped members started, one leader known to all, and the
    /// same bytes everywhere.
    void settle() throws Exception {
        firewall().heal();
        for (var node : group.nodes()) {
            if (!node.isUp()) {
                node.start();
            }
        }
        Await.until("one leader", this::agreeOnALeader);
        checkSameBytes();
    }

    private boolean agreeOnALeader() {
        return running().stream()
                                .map(m -> m.log().standing())
                                .map(s -> s.term() + " " + s.leader())
                                .distinct()
                                .count()
                        == 1
                && running().stream().anyMatch(m -> m.log().standing().isReady());
    }

    /// All members that still run have the same state and gave the same verdicts.
    void checkSameBytes() throws Exception {
        firewall().heal();
        var able = running().stream().filter(m -> m.lastWords().isEmpty()).toList();
        Await.until("all members at one index", () -> areEqual(able));
        for (var member : able) {
            var store = member.store();
            assertThat(store.recomputeDigest().state()).isEqualTo(store.digest().state());
            assertThat(member.loop().failures()).isEmpty();
        }
    }

    private static boolean areEqual(List<LiveMember> members) {
        var digests = new ArrayList<dev.mainstay.statemachine.Digest>();
        for (var member : members) {
            digests.add(member.digest());
        }
        long index = digests.getFirst().index();
        if (digests.stream().anyMatch(d -> d.index() != index)) {
            return false;
        }
        assertThat(digests.stream().distinct()).hasSize(1);
        return true;
    }

    @Override
    public void close() {
        try {
            checkSameBytes();
        } catch (Exception e) {
            throw new AssertionError("the members could not be compared", e);
        } finally {
            group.close();
        }
    }
}
