package dev.mainstay.server.kv;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/// What `mainstay.v1.Store` refuses beyond etcd's own errors.
enum StoreError {
    BAD_STALENESS(
            Status.Code.INVALID_ARGUMENT, "mainstay: max_staleness_millis must be greater than 0"),
    BAD_READ_MODE(Status.Code.INVALID_ARGUMENT, "mainstay: no such read mode"),
    BAD_TRANSACTION_ID(
            Status.Code.INVALID_ARGUMENT,
            "mainstay: the upper half of a transaction id must not be 0"),
    ID_OF_ANOTHER_KIND(
            Status.Code.INVALID_ARGUMENT,
            "mainstay: the transaction id was used for a command of another kind"),
    EXPIRED(
            Status.Code.FAILED_PRECONDITION,
            "mainstay: transaction id expired: its since lies below the outcome floor"),
    VOID(Status.Code.ABORTED, "mainstay: the transaction was made void before it came");

    private final Status.Code code;
    private final String text;

    StoreError(Status.Code code, String text) {
        this.code = code;
        this.text = text;
    }

    StatusRuntimeException asRuntimeException() {
        return code.toStatus().withDescription(text).asRuntimeException();
    }
}
