package dev.mainstay.client.internal;

import dev.mainstay.client.internal.Method.Repeat;
import dev.mainstay.client.internal.Method.Route;
import dev.mainstay.client.proto.AdminGrpc;
import dev.mainstay.client.proto.ChangeMembersRequest;
import dev.mainstay.client.proto.ChangeMembersResponse;
import dev.mainstay.client.proto.CommitRequest;
import dev.mainstay.client.proto.CommitResponse;
import dev.mainstay.client.proto.CompactionRequest;
import dev.mainstay.client.proto.CompactionResponse;
import dev.mainstay.client.proto.DigestRequest;
import dev.mainstay.client.proto.DigestResponse;
import dev.mainstay.client.proto.HashKVRequest;
import dev.mainstay.client.proto.HashKVResponse;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.LeaseGrantRequest;
import dev.mainstay.client.proto.LeaseGrantResponse;
import dev.mainstay.client.proto.LeaseGrpc;
import dev.mainstay.client.proto.LeaseKeepAliveRequest;
import dev.mainstay.client.proto.LeaseKeepAliveResponse;
import dev.mainstay.client.proto.LeaseLeasesRequest;
import dev.mainstay.client.proto.LeaseLeasesResponse;
import dev.mainstay.client.proto.LeaseRevokeRequest;
import dev.mainstay.client.proto.LeaseRevokeResponse;
import dev.mainstay.client.proto.LeaseTimeToLiveRequest;
import dev.mainstay.client.proto.LeaseTimeToLiveResponse;
import dev.mainstay.client.proto.MaintenanceGrpc;
import dev.mainstay.client.proto.MembersRequest;
import dev.mainstay.client.proto.MembersResponse;
import dev.mainstay.client.proto.OutcomeRequest;
import dev.mainstay.client.proto.OutcomeResponse;
import dev.mainstay.client.proto.ReadRequest;
import dev.mainstay.client.proto.ReadResponse;
import dev.mainstay.client.proto.StatusRequest;
import dev.mainstay.client.proto.StatusResponse;
import dev.mainstay.client.proto.StoreGrpc;
import dev.mainstay.client.proto.TransferRequest;
import dev.mainstay.client.proto.TransferResponse;
import java.util.function.UnaryOperator;

/// Every call that is made, with its retry rule.
public final class Methods {

    public static final Method<ReadRequest, ReadResponse> READ =
            Method.of(StoreGrpc.getReadMethod(), Route.HOME, Repeat.ALWAYS);

    /// Safe to repeat because of its transaction id.
    public static final Method<CommitRequest, CommitResponse> COMMIT =
            new Method<>(
                    StoreGrpc.getCommitMethod(),
                    Route.LEADER,
                    Repeat.ALWAYS,
                    false,
                    first -> first.toBuilder().setRepeatedAttempt(true).build());

    public static final Method<OutcomeRequest, OutcomeResponse> OUTCOME =
            Method.of(StoreGrpc.getOutcomeMethod(), Route.LEADER, Repeat.ALWAYS);

    /// Safe to repeat because the client chooses the lease's id.
    public static final Method<LeaseGrantRequest, LeaseGrantResponse> GRANT =
            Method.of(LeaseGrpc.getLeaseGrantMethod(), Route.LEADER, Repeat.ALWAYS);

    public static final Method<LeaseRevokeRequest, LeaseRevokeResponse> REVOKE =
            Method.of(LeaseGrpc.getLeaseRevokeMethod(), Route.LEADER, Repeat.ALWAYS);

    public static final Method<LeaseKeepAliveRequest, LeaseKeepAliveResponse> KEEP_ALIVE =
            Method.of(LeaseGrpc.getLeaseKeepAliveMethod(), Route.LEADER, Repeat.ALWAYS);

    public static final Method<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse> TIME_TO_LIVE =
            Method.of(LeaseGrpc.getLeaseTimeToLiveMethod(), Route.LEADER, Repeat.ALWAYS);

    public static final Method<LeaseLeasesRequest, LeaseLeasesResponse> LEASES =
            Method.of(LeaseGrpc.getLeaseLeasesMethod(), Route.HOME, Repeat.ALWAYS);

    public static final Method<CompactionRequest, CompactionResponse> COMPACT =
            Method.of(KVGrpc.getCompactMethod(), Route.LEADER, Repeat.ALWAYS);

    public static final Method<MembersRequest, MembersResponse> MEMBERS =
            Method.of(AdminGrpc.getMembersMethod(), Route.HOME, Repeat.ALWAYS);

    /// One question to one node, for the router.
    static final Method<MembersRequest, MembersResponse> MEMBERS_ONCE =
            Method.of(AdminGrpc.getMembersMethod(), Route.HOME, Repeat.NEVER);

    public static final Method<TransferRequest, TransferResponse> TRANSFER =
            Method.of(AdminGrpc.getTransferMethod(), Route.LEADER, Repeat.IF_REFUSED);

    public static final Method<ChangeMembersRequest, ChangeMembersResponse> CHANGE_MEMBERS =
            Method.of(AdminGrpc.getChangeMembersMethod(), Route.LEADER, Repeat.IF_REFUSED);

    public static final Method<DigestRequest, DigestResponse> DIGEST =
            new Method<>(
                    AdminGrpc.getDigestMethod(),
                    Route.HOME,
                    Repeat.ALWAYS,
                    true,
                    UnaryOperator.identity());

    public static final Method<StatusRequest, StatusResponse> STATUS =
            Method.of(MaintenanceGrpc.getStatusMethod(), Route.HOME, Repeat.ALWAYS);

    public static final Method<HashKVRequest, HashKVResponse> HASH_KV =
            Method.of(MaintenanceGrpc.getHashKVMethod(), Route.HOME, Repeat.ALWAYS);

    private Methods() {}
}
