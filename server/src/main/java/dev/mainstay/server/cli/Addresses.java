package dev.mainstay.server.cli;

import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.server.config.NodeConfig;
import java.security.SecureRandom;

/// Makes members out of configurations, and the numbers that are never used twice.
final class Addresses {

    private static final SecureRandom RANDOM = new SecureRandom();

    private Addresses() {}

    static long newNumber() {
        long number = RANDOM.nextLong();
        return number == 0 ? newNumber() : number;
    }

    static Member newMember(NodeConfig config) {
        return member(new MemberId(config.name(), newNumber()), config);
    }

    static Member member(MemberId id, NodeConfig config) {
        var at = config.advertise();
        return new Member(
                id,
                join(at.host(), at.sqlPort()),
                join(at.host(), at.grpcPort()),
                join(at.host(), at.raftPort()),
                join(at.host(), at.httpPort()));
    }

    static String join(String host, int port) {
        return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    }
}
