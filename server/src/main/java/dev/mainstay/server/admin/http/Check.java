package dev.mainstay.server.admin.http;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// One question of Patroni's, under all the paths by which it may be asked.
enum Check {
    PRIMARY("/ /primary /master /leader /read-write"),
    STANDBY_LEADER("/standby-leader /standby_leader"),
    REPLICA("/replica"),
    READ_ONLY("/read-only"),
    SYNCHRONOUS("/sync /synchronous"),
    READ_ONLY_SYNC("/read-only-sync"),
    QUORUM("/quorum"),
    READ_ONLY_QUORUM("/read-only-quorum"),
    ASYNCHRONOUS("/async /asynchronous"),
    HEALTH("/health"),
    LIVENESS("/liveness"),
    READINESS("/readiness");

    private static final Map<String, Check> BY_PATH = byPath();

    private final String paths;

    /// @param paths separated by blanks
    Check(String paths) {
        this.paths = paths;
    }

    static Optional<Check> find(String path) {
        return Optional.ofNullable(BY_PATH.get(path));
    }

    private static Map<String, Check> byPath() {
        var byPath = new HashMap<String, Check>();
        for (var check : values()) {
            for (var path : check.paths.split(" ", -1)) {
                byPath.put(path, check);
            }
        }
        return byPath;
    }
}
