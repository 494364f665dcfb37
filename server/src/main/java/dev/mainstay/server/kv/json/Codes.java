package dev.mainstay.server.kv.json;

import io.grpc.Status;
import io.netty.handler.codec.http.HttpResponseStatus;

/// gRPC's status as the gateway of etcd 3.5 tells it over HTTP.
final class Codes {

    private Codes() {}

    static HttpResponseStatus http(Status.Code code) {
        return switch (code) {
            case OK -> HttpResponseStatus.OK;
            case CANCELLED -> HttpResponseStatus.REQUEST_TIMEOUT;
            case INVALID_ARGUMENT, OUT_OF_RANGE -> HttpResponseStatus.BAD_REQUEST;
            case DEADLINE_EXCEEDED -> HttpResponseStatus.GATEWAY_TIMEOUT;
            case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
            case ALREADY_EXISTS, ABORTED -> HttpResponseStatus.CONFLICT;
            case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
            case UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
            case RESOURCE_EXHAUSTED -> HttpResponseStatus.TOO_MANY_REQUESTS;
            case FAILED_PRECONDITION -> HttpResponseStatus.PRECONDITION_FAILED;
            case UNIMPLEMENTED -> HttpResponseStatus.NOT_IMPLEMENTED;
            case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
            case UNKNOWN, INTERNAL, DATA_LOSS -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
        };
    }

    /// The body of a failed call.
    static String body(Status status) {
        var text = JsonText.quote(message(status));
        return "{\"error\":%s,\"message\":%s,\"code\":%d}"
                .formatted(text, text, status.getCode().value());
    }

    /// The last line of a stream that failed.
    static String line(Status status) {
        var http = http(status.getCode());
        return "{\"error\":{\"grpc_code\":%d,\"http_code\":%d,\"message\":%s,\"http_status\":%s}}"
                .formatted(
                        status.getCode().value(),
                        http.code(),
                        JsonText.quote(message(status)),
                        JsonText.quote(http.reasonPhrase()));
    }

    private static String message(Status status) {
        var description = status.getDescription();
        return description != null ? description : status.getCode().name();
    }
}
