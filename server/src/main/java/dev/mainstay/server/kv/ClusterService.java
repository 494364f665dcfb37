package dev.mainstay.server.kv;

import dev.mainstay.client.proto.ClusterGrpc;
import dev.mainstay.client.proto.Member;
import dev.mainstay.client.proto.MemberAddRequest;
import dev.mainstay.client.proto.MemberAddResponse;
import dev.mainstay.client.proto.MemberListRequest;
import dev.mainstay.client.proto.MemberListResponse;
import dev.mainstay.client.proto.MemberPromoteRequest;
import dev.mainstay.client.proto.MemberPromoteResponse;
import dev.mainstay.client.proto.MemberRemoveRequest;
import dev.mainstay.client.proto.MemberRemoveResponse;
import dev.mainstay.client.proto.MemberUpdateRequest;
import dev.mainstay.client.proto.MemberUpdateResponse;
import dev.mainstay.server.gateway.Members;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// etcd's Cluster service over [Members].
///
/// Lists are answered on the event loop; a change waits on a virtual thread of its own.
final class ClusterService extends ClusterGrpc.ClusterImplBase {

    private final Members members;
    private final Headers headers;
    private final Reads reads;
    private final Duration timeout;

    ClusterService(Members members, Headers headers, Reads reads, Duration timeout) {
        this.members = members;
        this.headers = headers;
        this.reads = reads;
        this.timeout = timeout;
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
        var reply = Reply.to(observer);
        reads.onEventLoop(
                !request.getLinearizable(),
                reply,
                () ->
                        reply.send(
                                MemberListResponse.newBuilder()
                                        .setHeader(headers.withoutRevision())
                                        .addAllMembers(list())
                                        .build()));
    }

    @Override
    public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> observer) {
        WaitingCall.start(
                observer,
                () -> {
                    var urls = PeerUrls.checked(request.getPeerURLsList());
                    if (request.getIsLearner()) {
                        throw new Rejection(EtcdError.NO_LEARNERS);
                    }
                    refuseKnown(urls, 0);
                    var added = members.announce(urls);
                    return MemberAddResponse.newBuilder()
                            .setHeader(headers.withoutRevision())
                            .setMember(toMember(added))
                            .addAllMembers(list())
                            .build();
                });
    }

    @Override
    public void memberRemove(
            MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> observer) {
        WaitingCall.start(
                observer,
                () -> {
                    require(request.getID());
                    members.remove(request.getID(), timeout);
                    return MemberRemoveResponse.newBuilder()
                            .setHeader(headers.withoutRevision())
                            .addAllMembers(list())
                            .build();
                });
    }

    @Override
    public void memberUpdate(
            MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> observer) {
        WaitingCall.start(
                observer,
                () -> {
                    var urls = PeerUrls.checked(request.getPeerURLsList());
                    require(request.getID());
                    refuseKnown(urls, request.getID());
                    members.update(request.getID(), urls);
                    return MemberUpdateResponse.newBuilder()
                            .setHeader(headers.withoutRevision())
                            .addAllMembers(list())
                            .build();
                });
    }

    @Override
    public void memberPromote(
            MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> observer) {
        Reply.to(observer)
                .fail(
                        find(request.getID())
                                ? EtcdError.MEMBER_NOT_LEARNER
                                : EtcdError.MEMBER_NOT_FOUND);
    }

    private void require(long number) throws Rejection {
        if (!find(number)) {
            throw new Rejection(EtcdError.MEMBER_NOT_FOUND);
        }
    }

    private boolean find(long number) {
        for (var member : members.list()) {
            if (member.number() == number) {
                return true;
            }
        }
        return false;
    }

    /// @param except the member whose own URLs these may be, 0 for none
    private void refuseKnown(List<String> urls, long except) throws Rejection {
        for (var member : members.list()) {
            if (member.number() != except && member.peerUrls().stream().anyMatch(urls::contains)) {
                throw new Rejection(EtcdError.PEER_URLS_EXIST);
            }
        }
    }

    private List<Member> list() {
        var list = new ArrayList<Member>();
        for (var member : members.list()) {
            list.add(toMember(member));
        }
        return list;
    }

    private static Member toMember(Members.MemberView view) {
        return Member.newBuilder()
                .setID(view.number())
                .setName(view.name())
                .addAllPeerURLs(view.peerUrls())
                .addAllClientURLs(view.clientUrls())
                .build();
    }
}
