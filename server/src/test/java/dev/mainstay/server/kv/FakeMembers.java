package dev.mainstay.server.kv;

import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.server.gateway.Members;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A list of members that changes as it is told. The next operation fails when the test said so.
final class FakeMembers implements Members {

    private final List<MemberView> members = new CopyOnWriteArrayList<>();
    final List<MemberId> transfers = new CopyOnWriteArrayList<>();
    volatile @Nullable LogOperationException failure;

    FakeMembers() {
        for (var id : List.of(FakeGateway.SELF, FakeGateway.OTHER)) {
            members.add(
                    new MemberView(
                            id.number(),
                            id.name(),
                            List.of("http://" + id.name() + ":5434"),
                            List.of("http://" + id.name() + ":5433"),
                            FakeGateway.member(id)));
        }
    }

    @Override
    public List<MemberView> list() {
        return List.copyOf(members);
    }

    @Override
    public List<MemberReport> ask(Duration timeout) {
        return List.of();
    }

    @Override
    public void transferLeadership(@Nullable MemberId target, Duration timeout)
            throws LogOperationException {
        throwFailure();
        if (target != null) {
            transfers.add(target);
        }
    }

    @Override
    public void change(@Nullable Member add, @Nullable MemberId remove, Duration timeout) {
        throw new AssertionError("not used by the etcd API");
    }

    @Override
    public MemberView announce(List<String> peerUrls) throws LogOperationException {
        throwFailure();
        var view = new MemberView(0x33, "", new ArrayList<>(peerUrls), List.of(), null);
        members.add(view);
        return view;
    }

    @Override
    public void remove(long number, Duration timeout) throws LogOperationException {
        throwFailure();
        members.removeIf(m -> m.number() == number);
    }

    @Override
    public void update(long number, List<String> peerUrls) throws LogOperationException {
        throwFailure();
        members.replaceAll(m ->
                m.number() != number
                        ? m
                        : new MemberView(number, m.name(), peerUrls, m.clientUrls(), m.member()));
    }

    private void throwFailure() throws LogOperationException {
        var now = failure;
        failure = null;
        if (now != null) {
            throw now;
        }
    }
}
