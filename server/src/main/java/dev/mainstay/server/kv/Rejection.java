package dev.mainstay.server.kv;

import java.io.Serial;

/// A request that is answered with an error. Thrown where the request is checked or read, caught by
/// the service that answers it; carries no stack trace, because it is not ours that is wrong.
final class Rejection extends Exception {

    @Serial private static final long serialVersionUID = 1;

    private final EtcdError error;

    Rejection(EtcdError error) {
        super(error.name(), null, false, false);
        this.error = error;
    }

    EtcdError error() {
        return error;
    }
}
