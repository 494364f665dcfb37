package dev.mainstay.server.kv;

import dev.mainstay.client.proto.AlarmMember;
import dev.mainstay.client.proto.AlarmRequest;
import dev.mainstay.client.proto.AlarmResponse;
import dev.mainstay.client.proto.AlarmType;
import dev.mainstay.client.proto.DefragmentRequest;
import dev.mainstay.client.proto.DefragmentResponse;
import dev.mainstay.client.proto.DowngradeRequest;
import dev.mainstay.client.proto.DowngradeResponse;
import dev.mainstay.client.proto.HashKVRequest;
import dev.mainstay.client.proto.HashKVResponse;
import dev.mainstay.client.proto.HashRequest;
import dev.mainstay.client.proto.HashResponse;
import dev.mainstay.client.proto.MaintenanceGrpc;
import dev.mainstay.client.proto.MoveLeaderRequest;
import dev.mainstay.client.proto.MoveLeaderResponse;
import dev.mainstay.client.proto.SnapshotRequest;
import dev.mainstay.client.proto.SnapshotResponse;
import dev.mainstay.client.proto.StatusRequest;
import dev.mainstay.client.proto.StatusResponse;
import dev.mainstay.consensus.Member;
import dev.mainstay.server.gateway.Gateway;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Map;

/// etcd's Maintenance service, as far as its words have a meaning here.
///
/// Runs on the event loop; figures and hashes come from storage threads, and a switchover waits on
/// a virtual thread.
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {

    /// The version of etcd that this API speaks for: clients switch features on by it.
    static final String VERSION = "3.5.21";

    private final Gateway gateway;
    private final Headers headers;
    private final Reads reads;
    private final Duration timeout;

    MaintenanceService(Gateway gateway, Headers headers, Reads reads, Duration timeout) {
        this.gateway = gateway;
        this.headers = headers;
        this.reads = reads;
        this.timeout = timeout;
    }

    /// The one alarm there is says that this node's disk is nearly full. It is a fact and not a
    /// setting: nobody can raise it, and to disarm it does nothing until there is space again.
    @Override
    public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> observer) {
        var reply = Reply.to(observer);
        var response = AlarmResponse.newBuilder();
        switch (request.getAction()) {
            case GET -> {
                if (gateway.isDiskFull() && request.getAlarm() != AlarmType.CORRUPT) {
                    response.addAlarms(
                            AlarmMember.newBuilder()
                                    .setMemberID(self())
                                    .setAlarm(AlarmType.NOSPACE));
                }
                reply.send(response.build());
            }
            case DEACTIVATE -> reply.send(response.build());
            case ACTIVATE, UNRECOGNIZED -> reply.fail(EtcdError.NO_ALARM_SETTING);
        }
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        reads.onView(
                true,
                Reply.to(observer),
                view -> {
                    var standing = gateway.standing();
                    var leader = standing.leader();
                    var gauges = gateway.store().gauges();
                    var header = headers.at(view.position().revision());
                    var response =
                            StatusResponse.newBuilder()
                                    .setHeader(header)
                                    .setVersion(VERSION)
                                    .setDbSize(storedBytes(gauges))
                                    .setDbSizeInUse(storedBytes(gauges))
                                    .setLeader(leader == null ? 0 : leader.number())
                                    .setRaftIndex(standing.committed().value())
                                    .setRaftTerm(header.getRaftTerm())
                                    .setRaftAppliedIndex(standing.applied().value());
                    if (leader == null) {
                        response.addErrors("etcdserver: no leader");
                    }
                    if (gateway.isDiskFull()) {
                        response.addErrors(
                                "memberID:%s alarm:NOSPACE "
                                        .formatted(Long.toUnsignedString(self())));
                    }
                    return response.build();
                });
    }

    /// What lies in files, and what memory holds until the next flush.
    private static long storedBytes(Map<String, Long> gauges) {
        return gauges.getOrDefault("bytes_on_disk", 0L) + gauges.getOrDefault("memtable_bytes", 0L);
    }

    /// The store needs none: space is taken back all the time.
    @Override
    public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> observer) {
        Reply.to(observer).send(DefragmentResponse.getDefaultInstance());
    }

    @Override
    public void hash(HashRequest request, StreamObserver<HashResponse> observer) {
        reads.onView(
                true,
                Reply.to(observer),
                view -> {
                    long revision = view.position().revision();
                    return HashResponse.newBuilder()
                            .setHeader(headers.at(revision))
                            .setHash(gateway.store().hashKv(view, revision))
                            .build();
                });
    }

    @Override
    public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> observer) {
        reads.onView(
                true,
                Reply.to(observer),
                view -> {
                    long newest = view.position().revision();
                    long revision = request.getRevision() <= 0 ? newest : request.getRevision();
                    if (revision > newest) {
                        throw new Rejection(EtcdError.FUTURE_REVISION);
                    }
                    if (revision < view.kvFloor()) {
                        throw new Rejection(EtcdError.COMPACTED);
                    }
                    return HashKVResponse.newBuilder()
                            .setHeader(headers.at(newest))
                            .setHash(gateway.store().hashKv(view, revision))
                            .setCompactRevision(view.kvFloor())
                            .setHashRevision(revision)
                            .build();
                });
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
        new SnapshotStream(gateway, headers, (ServerCallStreamObserver<SnapshotResponse>) observer)
                .start();
    }

    @Override
    public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> observer) {
        WaitingCall.start(
                observer,
                () -> {
                    var standing = gateway.standing();
                    if (!standing.isLeader()) {
                        throw new Rejection(EtcdError.NOT_LEADER);
                    }
                    var target = find(request.getTargetID());
                    if (!target.id().equals(standing.self())) {
                        gateway.members().transferLeadership(target.id(), timeout);
                    }
                    return MoveLeaderResponse.getDefaultInstance();
                });
    }

    private Member find(long number) throws Rejection {
        for (var voter : gateway.membership().voters()) {
            if (voter.id().number() == number) {
                return voter;
            }
        }
        throw new Rejection(EtcdError.BAD_TRANSFEREE);
    }

    @Override
    public void downgrade(DowngradeRequest request, StreamObserver<DowngradeResponse> observer) {
        Reply.to(observer).fail(EtcdError.NO_DOWNGRADE);
    }

    private long self() {
        return gateway.standing().self().number();
    }
}
