package dev.mainstay.server.admin.http;

import dev.mainstay.consensus.Role;
import dev.mainstay.consensus.Standing;
import dev.mainstay.server.gateway.Gateway;
import java.util.OptionalLong;

/// What Patroni's health paths ask, answered for this node at this moment.
///
/// Any thread.
final class Health {

    private final Gateway gateway;
    private final Standing standing;

    /// @param gateway read once: one answer is about one moment
    Health(Gateway gateway) {
        this.gateway = gateway;
        this.standing = gateway.standing();
    }

    /// Whether the path's question is answered with yes (200) or no (503).
    ///
    /// Every follower that votes belongs to the quorum that acknowledges a commit, as under
    /// Patroni's `synchronous_mode: quorum`. It is a synchronous standby, one that has every
    /// acknowledged commit on disk, only where no majority exists without it.
    boolean isYes(Check check, Query query) {
        return switch (check) {
            case PRIMARY -> isPrimary();
            case STANDBY_LEADER, ASYNCHRONOUS -> false;
            case REPLICA -> isReplica(query);
            case READ_ONLY -> isPrimary() || isReplica(query);
            case QUORUM -> isQuorum(query);
            case READ_ONLY_QUORUM -> isPrimary() || isQuorum(query);
            case SYNCHRONOUS -> isSynchronous(query);
            case READ_ONLY_SYNC -> isPrimary() || isSynchronous(query);
            case HEALTH -> isRunning();
            case LIVENESS -> standing.role() != Role.STOPPED;
            case READINESS -> isReady(query);
        };
    }

    boolean isPrimary() {
        return standing.isLeader() && standing.isReady();
    }

    private boolean isRunning() {
        return standing.role() != Role.STOPPED && standing.role() != Role.JOINING;
    }

    private boolean isStandby() {
        return isRunning() && !standing.isLeader();
    }

    private boolean isReplica(Query query) {
        return isStandby()
                && !query.hasTags()
                && isWithin(query.lag())
                && (query.replicationState().isEmpty()
                        || query.replicationState().equals(replicationState()));
    }

    private boolean isQuorum(Query query) {
        return isReplica(query) && gateway.membership().find(standing.self()).isPresent();
    }

    private boolean isSynchronous(Query query) {
        return isQuorum(query) && gateway.membership().voters().size() == 2;
    }

    /// Ready for clients: a leader that serves, or a follower that knows a leader and has caught
    /// up, by default to within 1 MB as Patroni's `maximum_lag_on_failover`.
    boolean isReady(Query query) {
        return isPrimary()
                || (isStandby()
                        && standing.leader() != null
                        && isWithin(OptionalLong.of(query.lag().orElse(1 << 20))));
    }

    /// Without a leader nobody knows how much is missing: then any bound counts as missed.
    private boolean isWithin(OptionalLong lagMax) {
        return lagMax.isEmpty() || (standing.leader() != null && lagBytes() <= lagMax.getAsLong());
    }

    String replicationState() {
        return standing.leader() == null ? "starting" : "streaming";
    }

    long lagEntries() {
        return Math.max(0, standing.committed().value() - standing.applied().value());
    }

    /// The entries not applied yet, taken to be as large as entries were until now.
    long lagBytes() {
        var position = gateway.store().position();
        long entryBytes = Math.max(1, position.lsn() / Math.max(1, position.index() + 1));
        return lagEntries() * entryBytes;
    }

    Standing standing() {
        return standing;
    }

    /// Patroni's word for the state of the database.
    String state() {
        return switch (standing.role()) {
            case LEADER, FOLLOWER, CANDIDATE -> "running";
            case JOINING -> "creating replica";
            case STOPPED -> "stopped";
        };
    }
}
