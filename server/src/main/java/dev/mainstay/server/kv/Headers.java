package dev.mainstay.server.kv;

import dev.mainstay.client.proto.ResponseHeader;
import dev.mainstay.server.gateway.Gateway;
import java.util.concurrent.atomic.AtomicLong;

/// The headers of answers: who says it, as of which revision, in which term. Any thread.
///
/// The term that is shown never goes back: clients take a node whose term did for one that was
/// restored from an old disk, and leave it.
final class Headers {

    private final Gateway gateway;
    private final long clusterId;
    private final AtomicLong highestTerm = new AtomicLong();

    Headers(Gateway gateway) {
        this.gateway = gateway;
        this.clusterId = gateway.clusterId();
    }

    ResponseHeader at(long revision) {
        return start().setRevision(revision).build();
    }

    /// With the revision that the store has now.
    ResponseHeader now() {
        return at(gateway.store().position().revision());
    }

    /// Answers about members carry no revision.
    ResponseHeader withoutRevision() {
        return start().build();
    }

    /// What the answer to one step of a transaction carries.
    static ResponseHeader ofStep(long revision) {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }

    private ResponseHeader.Builder start() {
        var standing = gateway.standing();
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(standing.self().number())
                .setRaftTerm(raised(standing.term()));
    }

    private long raised(long term) {
        long highest = highestTerm.get();
        return term <= highest ? highest : highestTerm.accumulateAndGet(term, Math::max);
    }
}
