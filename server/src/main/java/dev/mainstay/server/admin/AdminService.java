package dev.mainstay.server.admin;

import dev.mainstay.client.proto.AdminGrpc;
import dev.mainstay.client.proto.ChangeMembersRequest;
import dev.mainstay.client.proto.ChangeMembersResponse;
import dev.mainstay.client.proto.DigestRequest;
import dev.mainstay.client.proto.DigestResponse;
import dev.mainstay.client.proto.MemberStatus;
import dev.mainstay.client.proto.MembersRequest;
import dev.mainstay.client.proto.MembersResponse;
import dev.mainstay.client.proto.NewMember;
import dev.mainstay.client.proto.TransferRequest;
import dev.mainstay.client.proto.TransferResponse;
import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogOperationException.Kind;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Members.MemberReport;
import dev.mainstay.server.gateway.Members.MemberView;
import dev.mainstay.server.group.AppliedIndex;
import dev.mainstay.statemachine.Digest;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `mainstay.v1.Admin`: members, switchover, digests. What blocks has a virtual thread of its own.
public final class AdminService extends AdminGrpc.AdminImplBase {

    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(1);
    private static final long TRANSFER_MILLIS = 10_000;
    private static final long CHANGE_MILLIS = 60_000;

    private final Gateway gateway;
    private final AppliedIndex applied;
    private final SecureRandom random = new SecureRandom();

    public AdminService(Gateway gateway, AppliedIndex applied) {
        this.gateway = gateway;
        this.applied = applied;
    }

    private interface Work<T> {
        T run() throws LogOperationException, InterruptedException;
    }

    private <T> void answer(StreamObserver<T> observer, Work<T> work) {
        Thread.ofVirtual()
                .name("admin")
                .start(() -> {
                    try {
                        send(observer, work.run());
                    } catch (LogOperationException e) {
                        fail(observer, status(e.kind()).withDescription(e.getMessage()));
                    } catch (InterruptedException e) {
                        fail(observer, Status.CANCELLED);
                    }
                });
    }

    private <T> void send(StreamObserver<T> observer, T answer) {
        gateway.eventLoop()
                .execute(() -> {
                    if (!isCancelled(observer)) {
                        observer.onNext(answer);
                        observer.onCompleted();
                    }
                });
    }

    private void fail(StreamObserver<?> observer, Status status) {
        gateway.eventLoop()
                .execute(() -> {
                    if (!isCancelled(observer)) {
                        observer.onError(status.asRuntimeException());
                    }
                });
    }

    /// Event loop, like the cancellation itself.
    private static boolean isCancelled(StreamObserver<?> observer) {
        return observer instanceof ServerCallStreamObserver<?> call && call.isCancelled();
    }

    private static Status status(Kind kind) {
        return switch (kind) {
            case NOT_LEADER -> Status.UNAVAILABLE;
            case NO_SUCH_MEMBER -> Status.NOT_FOUND;
            case ALREADY_A_MEMBER -> Status.ALREADY_EXISTS;
            case CHANGE_UNDER_WAY -> Status.ABORTED;
            case TIMED_OUT -> Status.DEADLINE_EXCEEDED;
            case FAILED -> Status.FAILED_PRECONDITION;
        };
    }

    @Override
    public void members(MembersRequest request, StreamObserver<MembersResponse> observer) {
        answer(
                observer,
                () -> {
                    var statuses = statuses();
                    var leader = gateway.standing().leader();
                    return MembersResponse.newBuilder()
                            .addAllMembers(statuses)
                            .setLeader(leader == null ? "" : leader.name())
                            .setClusterId(gateway.clusterId())
                            .build();
                });
    }

    private List<MemberStatus> statuses() throws InterruptedException {
        var statuses = new ArrayList<MemberStatus>();
        for (var report : gateway.members().ask(ASK_TIMEOUT)) {
            statuses.add(status(report));
        }
        for (var view : gateway.members().list()) {
            if (view.member() == null) {
                statuses.add(announced(view));
            }
        }
        return statuses;
    }

    private static MemberStatus status(MemberReport report) {
        var member = report.member();
        return MemberStatus.newBuilder()
                .setName(member.id().name())
                .setId(member.id().number())
                .setRole(report.role())
                .setTerm(report.term())
                .setApplied(report.applied())
                .setLag(report.lag())
                .setSqlAddress(member.sqlAddress())
                .setGrpcAddress(member.grpcAddress())
                .setRaftAddress(member.raftAddress())
                .setHttpAddress(member.httpAddress())
                .setVersion(report.version())
                .build();
    }

    private static MemberStatus announced(MemberView view) {
        return MemberStatus.newBuilder()
                .setId(view.number())
                .setRole("announced")
                .setRaftAddress(String.join(",", view.peerUrls()))
                .setPending(true)
                .build();
    }

    @Override
    public void transfer(TransferRequest request, StreamObserver<TransferResponse> observer) {
        answer(
                observer,
                () -> {
                    var target = request.getTarget();
                    gateway.members()
                            .transferLeadership(
                                    target.isEmpty() ? null : voter(target, 0).id(),
                                    millis(request.getTimeoutMillis(), TRANSFER_MILLIS));
                    var leader = gateway.standing().leader();
                    return TransferResponse.newBuilder()
                            .setLeader(leader == null ? "" : leader.name())
                            .build();
                });
    }

    private static Duration millis(long asked, long otherwise) {
        return Duration.ofMillis(asked > 0 ? asked : otherwise);
    }

    @Override
    public void changeMembers(
            ChangeMembersRequest request, StreamObserver<ChangeMembersResponse> observer) {
        answer(
                observer,
                () -> {
                    var add = request.hasAdd() ? newMember(request.getAdd()) : null;
                    gateway.members()
                            .change(
                                    add,
                                    removed(request.getRemove(), add),
                                    millis(request.getTimeoutMillis(), CHANGE_MILLIS));
                    return ChangeMembersResponse.newBuilder().addAllMembers(statuses()).build();
                });
    }

    private @Nullable MemberId removed(String name, @Nullable Member add)
            throws LogOperationException {
        return name.isEmpty() ? null : voter(name, add == null ? 0 : add.id().number()).id();
    }

    private Member newMember(NewMember member) throws LogOperationException {
        long number = member.getId() == 0 ? random.nextLong() : member.getId();
        try {
            return new Member(
                    new MemberId(member.getName(), number),
                    member.getSqlAddress(),
                    member.getGrpcAddress(),
                    member.getRaftAddress(),
                    member.getHttpAddress());
        } catch (IllegalArgumentException e) {
            throw new LogOperationException(Kind.FAILED, String.valueOf(e.getMessage()));
        }
    }

    /// The voter with this name or id that is not number `except`.
    private Member voter(String name, long except) throws LogOperationException {
        Optional<Member> found =
                gateway.membership().voters().stream()
                        .filter(m -> m.id().number() != except)
                        .filter(m -> m.id().name().equals(name) || m.id().toString().equals(name))
                        .findFirst();
        return found.orElseThrow(() ->
                new LogOperationException(
                        Kind.NO_SUCH_MEMBER, "no member is called '" + name + "'"));
    }

    @Override
    public void digest(DigestRequest request, StreamObserver<DigestResponse> observer) {
        // The waiter stays until the index is reached; a caller that gives up is told by gRPC.
        applied.whenAtLeast(
                request.getAtLeast(),
                () -> gateway.storageThreads().execute(() -> digestNow(request, observer)));
    }

    private void digestNow(DigestRequest request, StreamObserver<DigestResponse> observer) {
        var store = gateway.store();
        Digest digest;
        if (request.getRecompute()) {
            digest = store.recomputeDigest();
            var kept = store.digest();
            if (kept.index() == digest.index() && kept.state() != digest.state()) {
                fail(
                        observer,
                        Status.DATA_LOSS.withDescription(
                                "the stored state does not match its digest at log index "
                                        + digest.index()));
                return;
            }
        } else {
            digest = store.digest();
        }
        var answer =
                DigestResponse.newBuilder()
                        .setIndex(digest.index())
                        .setRevision(digest.revision())
                        .setState(digest.state())
                        .setVerdicts(digest.verdicts())
                        .build();
        send(observer, answer);
    }
}
