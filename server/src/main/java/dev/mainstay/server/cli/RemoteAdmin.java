package dev.mainstay.server.cli;

import dev.mainstay.client.proto.AdminGrpc;
import dev.mainstay.client.proto.ChangeMembersRequest;
import dev.mainstay.client.proto.ClusterGrpc;
import dev.mainstay.client.proto.MemberListRequest;
import dev.mainstay.client.proto.MemberStatus;
import dev.mainstay.client.proto.MembersRequest;
import dev.mainstay.client.proto.MembersResponse;
import dev.mainstay.client.proto.NewMember;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The admin service of a running node. Blocking; the caller closes it.
final class RemoteAdmin implements AutoCloseable {

    private static final long ANSWER_SECONDS_MAX = 5;
    private static final long CHANGE_SECONDS_MAX = 120;

    /// What passes by itself: no leader now, or another change under way.
    private static final Set<Status.Code> PASSING =
            Set.of(
                    Status.Code.UNAVAILABLE,
                    Status.Code.FAILED_PRECONDITION,
                    Status.Code.DEADLINE_EXCEEDED,
                    Status.Code.ABORTED,
                    Status.Code.ALREADY_EXISTS);

    private final String endpoint;
    private final ManagedChannel channel;

    RemoteAdmin(String endpoint) {
        this.endpoint = endpoint;
        this.channel =
                Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create()).build();
    }

    MembersResponse members() throws Failure {
        try {
            return stub(ANSWER_SECONDS_MAX).members(MembersRequest.getDefaultInstance());
        } catch (StatusRuntimeException e) {
            throw failure(e);
        }
    }

    long group() throws Failure {
        return members().getClusterId();
    }

    /// The number under which a member was announced whose peer URL names `raftAddress`. A strict
    /// read: what was announced through another node a moment ago must be found.
    OptionalLong announced(String raftAddress) throws Failure, InterruptedException {
        var request = MemberListRequest.newBuilder().setLinearizable(true).build();
        var list = whenItPasses(() -> cluster().memberList(request));
        return list.getMembersList().stream()
                .filter(m -> m.getName().isEmpty())
                .filter(m -> m.getPeerURLsList().stream().anyMatch(u -> names(u, raftAddress)))
                .mapToLong(dev.mainstay.client.proto.Member::getID)
                .findFirst();
    }

    private static boolean names(String peerUrl, String address) {
        return peerUrl.replaceFirst("^https?://", "").equals(address);
    }

    private interface Asking<T> {
        T ask();
    }

    /// Asks again while there is no leader.
    private <T> T whenItPasses(Asking<T> asking) throws Failure, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CHANGE_SECONDS_MAX);
        while (true) {
            try {
                return asking.ask();
            } catch (StatusRuntimeException e) {
                waitOrFail(e, deadline);
            }
        }
    }

    private void waitOrFail(StatusRuntimeException e, long deadline)
            throws Failure, InterruptedException {
        if (!PASSING.contains(e.getStatus().getCode()) || System.nanoTime() - deadline > 0) {
            throw failure(e);
        }
        Thread.sleep(Duration.ofMillis(500));
    }

    /// Makes `add` a voter, in one change with the removal of the member called `remove` ("" for
    /// none). Repeatable: a member that is there already is left alone.
    void add(Member add, String remove) throws Failure, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CHANGE_SECONDS_MAX);
        while (!has(add.id().number())) {
            try {
                var _ = stub(CHANGE_SECONDS_MAX).changeMembers(request(add, remove));
            } catch (StatusRuntimeException e) {
                waitOrFail(e, deadline);
            }
        }
    }

    /// Whether a member with this name takes part.
    boolean has(String name) throws Failure {
        return members().getMembersList().stream()
                .anyMatch(m -> m.getName().equals(name) && !m.getPending());
    }

    /// Whether that node itself counts `member` among those that take part.
    boolean knows(MemberId member) {
        try {
            return has(member.number());
        } catch (Failure e) {
            return false;
        }
    }

    private boolean has(long number) throws Failure {
        return members().getMembersList().stream()
                .filter(m -> !m.getPending())
                .mapToLong(MemberStatus::getId)
                .anyMatch(id -> id == number);
    }

    private static ChangeMembersRequest request(Member add, String remove) {
        return ChangeMembersRequest.newBuilder()
                .setAdd(
                        NewMember.newBuilder()
                                .setName(add.id().name())
                                .setId(add.id().number())
                                .setSqlAddress(add.sqlAddress())
                                .setGrpcAddress(add.grpcAddress())
                                .setRaftAddress(add.raftAddress())
                                .setHttpAddress(add.httpAddress()))
                .setRemove(remove)
                .build();
    }

    private ClusterGrpc.ClusterBlockingStub cluster() {
        return ClusterGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    }

    private AdminGrpc.AdminBlockingStub stub(long seconds) {
        return AdminGrpc.newBlockingStub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    private Failure failure(StatusRuntimeException e) {
        var status = e.getStatus();
        var text = status.getDescription() == null ? "" : ": " + status.getDescription();
        return new Failure(endpoint + " answers " + status.getCode() + text);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
