package dev.mainstay.client;

import dev.mainstay.client.internal.Fault;
import dev.mainstay.client.internal.Methods;
import dev.mainstay.client.internal.Node;
import dev.mainstay.client.proto.ChangeMembersRequest;
import dev.mainstay.client.proto.ChangeMembersResponse;
import dev.mainstay.client.proto.CompactionRequest;
import dev.mainstay.client.proto.CompactionResponse;
import dev.mainstay.client.proto.DigestRequest;
import dev.mainstay.client.proto.DigestResponse;
import dev.mainstay.client.proto.HashKVRequest;
import dev.mainstay.client.proto.HashKVResponse;
import dev.mainstay.client.proto.MembersRequest;
import dev.mainstay.client.proto.MembersResponse;
import dev.mainstay.client.proto.StatusRequest;
import dev.mainstay.client.proto.StatusResponse;
import dev.mainstay.client.proto.TransferRequest;
import dev.mainstay.client.proto.TransferResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The calls of operators. What concerns one node ([#digest], [#status], [#hashKv]) asks the home
/// node; ask through [Database#pinned(String)] for a particular one. Thread-safe.
public final class Admin {

    /// So that the node's own timeout comes first, with a better reason.
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Calls calls;

    Admin(Calls calls) {
        this.calls = calls;
    }

    /// @param leader name of the leader; empty when there is none
    /// @param clusterId constant for the life of the database
    public record Members(List<Member> members, String leader, long clusterId) {

        public Members {
            members = List.copyOf(members);
        }

        /// The leader, unless there is none.
        public Optional<Member> leading() {
            return members.stream()
                    .filter(m -> !leader.isEmpty() && m.name().equals(leader))
                    .findAny();
        }
    }

    /// @param index log index that the node has applied
    /// @param state over all keys, leases and settings; equal on all members at an equal index
    /// @param verdicts over every verdict ever given; likewise
    public record Digest(long index, long revision, long state, long verdicts) {}

    /// @param compactRevision the oldest revision that can still be read
    /// @param hashRevision the revision that was hashed
    public record KvHash(int hash, long compactRevision, long hashRevision) {}

    /// @param version of etcd's API that the node claims
    /// @param leader the member number of the leader; 0 = none
    /// @param dbBytes size on disk
    /// @param dbBytesInUse of which live
    public record NodeStatus(
            String version,
            long memberId,
            long leader,
            long term,
            long logIndex,
            long appliedIndex,
            long revision,
            long dbBytes,
            long dbBytesInUse,
            List<String> errors) {

        public NodeStatus {
            errors = List.copyOf(errors);
        }
    }

    /// A member to be added. It must be running already, started with `--join`.
    ///
    /// @param sqlAddress `host:port`, like the others
    public record NewMember(
            String name,
            String sqlAddress,
            String grpcAddress,
            String raftAddress,
            String httpAddress) {}

    public Members members() throws InterruptedException {
        return Pending.await(membersAsync());
    }

    public CompletionStage<Members> membersAsync() {
        return calls.start(
                Methods.MEMBERS,
                MembersRequest.getDefaultInstance(),
                new Pending<MembersResponse, Members>() {
                    @Override
                    Members convert(MembersResponse answer, Node from) {
                        return new Members(
                                Member.of(answer.getMembersList()),
                                answer.getLeader(),
                                answer.getClusterId());
                    }
                });
    }

    /// Hands leadership to the member `target`; returns the new leader's name.
    public String transferLeadership(String target) throws InterruptedException {
        return Pending.await(transferLeadershipAsync(target));
    }

    /// Hands leadership to any other voter; returns the new leader's name.
    public String transferLeadership() throws InterruptedException {
        return Pending.await(transferLeadershipAsync(""));
    }

    /// @param target a member's name; empty = any other voter
    public CompletionStage<String> transferLeadershipAsync(String target) {
        var request =
                TransferRequest.newBuilder()
                        .setTarget(target)
                        .setTimeoutMillis(calls.timeout().toMillis())
                        .build();
        return calls.start(
                Methods.TRANSFER,
                request,
                calls.deadline() + GRACE_NANOS,
                new Pending<TransferResponse, String>() {
                    @Override
                    String convert(TransferResponse answer, Node from) {
                        return answer.getLeader();
                    }
                });
    }

    /// The digest of the node's state at the first moment when it has applied log index `atLeast`
    /// (0 = now).
    public Digest digest(long atLeast) throws InterruptedException {
        return Pending.await(digestAsync(atLeast, false));
    }

    /// @param recompute whether to compare with what is stored: [DataLossException] if it differs
    public Digest digest(long atLeast, boolean recompute) throws InterruptedException {
        return Pending.await(digestAsync(atLeast, recompute));
    }

    public CompletionStage<Digest> digestAsync(long atLeast, boolean recompute) {
        var request =
                DigestRequest.newBuilder().setAtLeast(atLeast).setRecompute(recompute).build();
        return calls.start(
                Methods.DIGEST,
                request,
                new Pending<DigestResponse, Digest>() {
                    @Override
                    Digest convert(DigestResponse answer, Node from) {
                        return new Digest(
                                answer.getIndex(),
                                answer.getRevision(),
                                answer.getState(),
                                answer.getVerdicts());
                    }
                });
    }

    /// Adds a member, removes one by name, or both in one change; either may be null. Returns the
    /// members after it. [RefusedException] when another change is under way.
    public List<Member> changeMembers(@Nullable NewMember add, @Nullable String remove)
            throws InterruptedException {
        return Pending.await(changeMembersAsync(add, remove));
    }

    public CompletionStage<List<Member>> changeMembersAsync(
            @Nullable NewMember add, @Nullable String remove) {
        if (add == null && remove == null) {
            throw new IllegalArgumentException("nothing to change");
        }
        var request = ChangeMembersRequest.newBuilder().setRemove(remove == null ? "" : remove);
        if (add != null) {
            request.setAdd(
                    dev.mainstay.client.proto.NewMember.newBuilder()
                            .setName(add.name())
                            .setSqlAddress(add.sqlAddress())
                            .setGrpcAddress(add.grpcAddress())
                            .setRaftAddress(add.raftAddress())
                            .setHttpAddress(add.httpAddress()));
        }
        return calls.start(
                Methods.CHANGE_MEMBERS,
                request.build(),
                new Pending<ChangeMembersResponse, List<Member>>() {
                    @Override
                    List<Member> convert(ChangeMembersResponse answer, Node from) {
                        return Member.of(answer.getMembersList());
                    }
                });
    }

    public NodeStatus status() throws InterruptedException {
        return Pending.await(statusAsync());
    }

    public CompletionStage<NodeStatus> statusAsync() {
        return calls.start(
                Methods.STATUS,
                StatusRequest.getDefaultInstance(),
                new Pending<StatusResponse, NodeStatus>() {
                    @Override
                    NodeStatus convert(StatusResponse answer, Node from) {
                        return new NodeStatus(
                                answer.getVersion(),
                                answer.getHeader().getMemberId(),
                                answer.getLeader(),
                                answer.getRaftTerm(),
                                answer.getRaftIndex(),
                                answer.getRaftAppliedIndex(),
                                answer.getHeader().getRevision(),
                                answer.getDbSize(),
                                answer.getDbSizeInUse(),
                                answer.getErrorsList());
                    }
                });
    }

    /// etcd's hash over all keys as of `revision` (0 = newest); equal on all members.
    public KvHash hashKv(long revision) throws InterruptedException {
        return Pending.await(hashKvAsync(revision));
    }

    public CompletionStage<KvHash> hashKvAsync(long revision) {
        return calls.start(
                Methods.HASH_KV,
                HashKVRequest.newBuilder().setRevision(revision).build(),
                new Pending<HashKVResponse, KvHash>() {
                    @Override
                    KvHash convert(HashKVResponse answer, Node from) {
                        return new KvHash(
                                answer.getHash(),
                                answer.getCompactRevision(),
                                answer.getHashRevision());
                    }
                });
    }

    /// Makes what is older than `revision` unreadable. [CompactedException] when it is already,
    /// [FutureRevisionException] when it does not exist yet.
    public void compact(long revision) throws InterruptedException {
        var _ = Pending.await(compactAsync(revision));
    }

    /// @return a stage of the newest revision
    public CompletionStage<Long> compactAsync(long revision) {
        return calls.start(
                Methods.COMPACT,
                CompactionRequest.newBuilder().setRevision(revision).build(),
                new Pending<CompactionResponse, Long>() {
                    @Override
                    Long convert(CompactionResponse answer, Node from) {
                        return answer.getHeader().getRevision();
                    }

                    @Override
                    public void failed(Fault fault) {
                        var failure = Faults.of(fault);
                        // An earlier attempt did it, and its answer was lost.
                        if (failure instanceof CompactedException && fault.maybeExecuted()) {
                            complete(calls.cluster().revisions().newest());
                        } else {
                            completeExceptionally(failure);
                        }
                    }
                });
    }
}
