package dev.mainstay.server.admin.http;

import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import dev.mainstay.consensus.Role;
import dev.mainstay.consensus.Standing;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Leases;
import dev.mainstay.server.gateway.Members;
import dev.mainstay.server.gateway.Outcome;
import dev.mainstay.server.gateway.Readiness;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.feed.Feed;
import dev.mainstay.statemachine.mvcc.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A gateway that stands still: in whatever role a test, or a fake node, puts it.
public final class StandingGateway implements Gateway, Members {

    private final List<Member> voters;
    private volatile Standing standing;
    private final Position position = new Position(9, 1, 5, 1_000, 0);

    public StandingGateway(List<Member> voters, MemberId self) {
        this.voters = List.copyOf(voters);
        this.standing = standing(self, Role.FOLLOWER, false, null, 9);
    }

    /// @param committed log index; the store stays at 9, so more than 9 is a lag
    public void become(Role role, boolean isReady, @Nullable MemberId leader, long committed) {
        standing = standing(standing.self(), role, isReady, leader, committed);
    }

    private static Standing standing(
            MemberId self, Role role, boolean isReady, @Nullable MemberId leader, long committed) {
        var last = new LogIndex(committed);
        return new Standing(self, role, 3, isReady, leader, last, new LogIndex(9), last, last);
    }

    @Override
    public Standing standing() {
        return standing;
    }

    @Override
    public Membership membership() {
        return new Membership(voters, List.of());
    }

    @Override
    public Store store() {
        return new FixedStore(position);
    }

    @Override
    public long clusterId() {
        return 0xabc;
    }

    @Override
    public long stalenessMillis() {
        return 7;
    }

    @Override
    public boolean isDiskFull() {
        return false;
    }

    @Override
    public Members members() {
        return this;
    }

    @Override
    public List<MemberReport> ask(Duration timeout) {
        var reports = new ArrayList<MemberReport>();
        for (var voter : voters) {
            boolean isSelf = voter.id().equals(standing.self());
            var role = isSelf ? Words.of(standing.role()) : "down";
            reports.add(new MemberReport(voter, role, 3, 9, 0, "1"));
        }
        return reports;
    }

    @Override
    public List<MemberView> list() {
        throw notAsked();
    }

    @Override
    public void transferLeadership(@Nullable MemberId target, Duration timeout) {
        throw notAsked();
    }

    @Override
    public void change(@Nullable Member add, @Nullable MemberId remove, Duration timeout) {
        throw notAsked();
    }

    @Override
    public MemberView announce(List<String> peerUrls) {
        throw notAsked();
    }

    @Override
    public void remove(long number, Duration timeout) {
        throw notAsked();
    }

    @Override
    public void update(long number, List<String> peerUrls) {
        throw notAsked();
    }

    @Override
    public TxnId newId() {
        throw notAsked();
    }

    @Override
    public long since() {
        throw notAsked();
    }

    @Override
    public void write(Command command, long deadline, Consumer<Outcome> done) {
        throw notAsked();
    }

    @Override
    public void whenStrict(long deadline, Consumer<Readiness> ready) {
        throw notAsked();
    }

    @Override
    public void whenAtRevision(long revision, long deadline, Consumer<Readiness> ready) {
        throw notAsked();
    }

    @Override
    public Feed feed() {
        throw notAsked();
    }

    @Override
    public void whenFresh(long millis, long deadline, Consumer<Readiness> ready) {
        throw notAsked();
    }

    @Override
    public Leases leases() {
        throw notAsked();
    }

    @Override
    public Executor eventLoop() {
        throw notAsked();
    }

    @Override
    public Executor storageThreads() {
        throw notAsked();
    }

    private static AssertionError notAsked() {
        return new AssertionError("health checks only look");
    }
}
