package dev.mainstay.server.kv;

import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.Lost;
import dev.mainstay.server.gateway.Readiness;
import dev.mainstay.statemachine.command.Verdict;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/// Everything that this API refuses, with etcd's own codes and texts: clients compare both.
enum EtcdError {
    EMPTY_KEY(Status.Code.INVALID_ARGUMENT, "etcdserver: key is not provided"),
    KEY_NOT_FOUND(Status.Code.INVALID_ARGUMENT, "etcdserver: key not found"),
    VALUE_PROVIDED(Status.Code.INVALID_ARGUMENT, "etcdserver: value is provided"),
    LEASE_PROVIDED(Status.Code.INVALID_ARGUMENT, "etcdserver: lease is provided"),
    TOO_MANY_OPS(Status.Code.INVALID_ARGUMENT, "etcdserver: too many operations in txn request"),
    DUPLICATE_KEY(Status.Code.INVALID_ARGUMENT, "etcdserver: duplicate key given in txn request"),
    /// Ours: etcd takes an unknown comparison for one that holds.
    INVALID_COMPARE(Status.Code.INVALID_ARGUMENT, "etcdserver: invalid compare option"),
    REQUEST_TOO_LARGE(Status.Code.INVALID_ARGUMENT, "etcdserver: request is too large"),
    BAD_MEMBER_URLS(Status.Code.INVALID_ARGUMENT, "etcdserver: given member URLs are invalid"),
    EMPTY_USER(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty"),
    EMPTY_ROLE(Status.Code.INVALID_ARGUMENT, "etcdserver: role name is empty"),
    PERMISSION_NOT_GIVEN(Status.Code.INVALID_ARGUMENT, "etcdserver: permission not given"),

    LEASE_NOT_FOUND(Status.Code.NOT_FOUND, "etcdserver: requested lease not found"),
    MEMBER_NOT_FOUND(Status.Code.NOT_FOUND, "etcdserver: member not found"),

    NO_SPACE(Status.Code.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
    TOO_MANY_REQUESTS(Status.Code.RESOURCE_EXHAUSTED, "etcdserver: too many requests"),

    LEASE_EXISTS(Status.Code.FAILED_PRECONDITION, "etcdserver: lease already exists"),
    PEER_URLS_EXIST(Status.Code.FAILED_PRECONDITION, "etcdserver: Peer URLs already exists"),
    MEMBER_NOT_LEARNER(
            Status.Code.FAILED_PRECONDITION, "etcdserver: can only promote a learner member"),
    NOT_LEADER(Status.Code.FAILED_PRECONDITION, "etcdserver: not leader"),
    BAD_TRANSFEREE(Status.Code.FAILED_PRECONDITION, "etcdserver: bad leader transferee"),
    NO_ROOT_USER(Status.Code.FAILED_PRECONDITION, "etcdserver: root user does not exist"),
    USER_NOT_FOUND(Status.Code.FAILED_PRECONDITION, "etcdserver: user name not found"),
    ROLE_NOT_FOUND(Status.Code.FAILED_PRECONDITION, "etcdserver: role name not found"),
    AUTH_NOT_ENABLED(Status.Code.FAILED_PRECONDITION, "etcdserver: authentication is not enabled"),

    COMPACTED(Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted"),
    FUTURE_REVISION(
            Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision"),
    LEASE_TTL_TOO_LARGE(Status.Code.OUT_OF_RANGE, "etcdserver: too large lease TTL"),

    NO_LEADER(Status.Code.UNAVAILABLE, "etcdserver: no leader"),
    STOPPED(Status.Code.UNAVAILABLE, "etcdserver: server stopped"),
    TIMED_OUT(Status.Code.UNAVAILABLE, "etcdserver: request timed out"),
    TIMED_OUT_LEADER_FAILED(
            Status.Code.UNAVAILABLE,
            "etcdserver: request timed out, possibly due to previous leader failure"),
    TIMED_OUT_CONNECTION_LOST(
            Status.Code.UNAVAILABLE,
            "etcdserver: request timed out, possibly due to connection lost"),
    TIMED_OUT_APPLYING(
            Status.Code.UNAVAILABLE,
            "etcdserver: request timed out, waiting for the applied index took too long"),
    UNHEALTHY(Status.Code.UNAVAILABLE, "etcdserver: unhealthy cluster"),

    DEADLINE_EXCEEDED(Status.Code.DEADLINE_EXCEEDED, "context deadline exceeded"),

    NO_LEARNERS(Status.Code.UNIMPLEMENTED, "etcdserver: learner members are not supported"),
    NO_USERS(Status.Code.UNIMPLEMENTED, "etcdserver: users and roles are not supported"),
    NO_ALARM_SETTING(Status.Code.UNIMPLEMENTED, "etcdserver: alarms are raised by the server only"),
    NO_DOWNGRADE(
            Status.Code.UNIMPLEMENTED,
            "unknown method Downgrade for service etcdserverpb.Maintenance"),

    // The recipes of etcd's client library answer with plain Go errors: code Unknown.
    SESSION_EXPIRED(Status.Code.UNKNOWN, "mutex: session is expired"),
    ELECTION_NOT_LEADER(Status.Code.UNKNOWN, "election: not leader"),
    ELECTION_NO_LEADER(Status.Code.UNKNOWN, "election: no leader"),
    MISSING_LEADER_KEY(Status.Code.UNKNOWN, "\"leader\" field must be provided"),
    OBSERVE_ENDED(Status.Code.UNKNOWN, "election: observe closed early"),

    INTERNAL(Status.Code.INTERNAL, "etcdserver: internal error");

    private final Status.Code code;
    private final String text;

    EtcdError(Status.Code code, String text) {
        this.code = code;
        this.text = text;
    }

    Status status() {
        return code.toStatus().withDescription(text);
    }

    StatusRuntimeException asRuntimeException() {
        return status().asRuntimeException();
    }

    /// A write that this member did not see applied. Where nothing can have happened, the text says
    /// so; all others are etcd's words for "unknown".
    static EtcdError of(Lost lost) {
        return switch (lost) {
            case Lost.Refused(var reason, _) -> refused(reason);
            case Lost.Unknown(var reason) -> unknown(reason);
        };
    }

    private static EtcdError refused(Lost.Reason reason) {
        return switch (reason) {
            case NOT_LEADER, NO_QUORUM -> NO_LEADER;
            case QUEUE_FULL -> TOO_MANY_REQUESTS;
            case DISK_FULL -> NO_SPACE;
            case TIMED_OUT -> TIMED_OUT;
            case SHUTTING_DOWN -> STOPPED;
        };
    }

    private static EtcdError unknown(Lost.Reason reason) {
        return switch (reason) {
            case NOT_LEADER -> TIMED_OUT_LEADER_FAILED;
            case NO_QUORUM -> TIMED_OUT_CONNECTION_LOST;
            case QUEUE_FULL, DISK_FULL, TIMED_OUT, SHUTTING_DOWN -> TIMED_OUT;
        };
    }

    static EtcdError of(Verdict.Failure failure) {
        return switch (failure) {
            case LEASE_NOT_FOUND -> LEASE_NOT_FOUND;
            case LEASE_EXISTS -> LEASE_EXISTS;
            case KEY_NOT_FOUND -> KEY_NOT_FOUND;
            case COMPACTED -> COMPACTED;
            case FUTURE_REVISION -> FUTURE_REVISION;
            case DUPLICATE_KEY -> DUPLICATE_KEY;
            case WRONG_TERM, SETTING_CHANGED ->
                    throw new AssertionError("not an answer to a command of this API: " + failure);
        };
    }

    /// A read that may not run here now.
    static EtcdError of(Readiness notReady) {
        return switch (notReady) {
            case Readiness.NoLeader _ -> NO_LEADER;
            case Readiness.TooSlow _ -> TIMED_OUT_APPLYING;
            case Readiness.Ready _ -> throw new AssertionError("ready is no error");
        };
    }

    static EtcdError of(LogOperationException failure) {
        return switch (failure.kind()) {
            case NOT_LEADER -> NO_LEADER;
            case NO_SUCH_MEMBER -> MEMBER_NOT_FOUND;
            case ALREADY_A_MEMBER -> PEER_URLS_EXIST;
            case CHANGE_UNDER_WAY, FAILED -> UNHEALTHY;
            case TIMED_OUT -> TIMED_OUT;
        };
    }
}
