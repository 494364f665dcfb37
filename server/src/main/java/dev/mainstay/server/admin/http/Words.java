package dev.mainstay.server.admin.http;

import dev.mainstay.consensus.Role;

/// Roles as operators read them, the same words as in `mainstay.v1`.
final class Words {

    private Words() {}

    static String of(Role role) {
        return switch (role) {
            case LEADER -> "leader";
            case FOLLOWER -> "follower";
            case CANDIDATE -> "candidate";
            case JOINING -> "joining";
            case STOPPED -> "stopped";
        };
    }
}
