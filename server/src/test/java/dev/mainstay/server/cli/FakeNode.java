package dev.mainstay.server.cli;

import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Role;
import dev.mainstay.server.admin.http.HttpPort;
import dev.mainstay.server.admin.http.StandingGateway;
import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.telemetry.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A node without log and data: it keeps its member id, and `n0` always leads. Its `main` is what a
/// test cluster runs as a process.
final class FakeNode implements NodeStarter {

    private static final String FILE = "bootstrap";

    public static void main(String[] args) {
        System.exit(Cli.run(args, new FakeNode()));
    }

    @Override
    public void permit(Path dataDirectory, Bootstrap bootstrap) throws IOException {
        var lines = new ArrayList<String>();
        lines.add(bootstrap.self().toString());
        bootstrap.members().forEach(m -> lines.add(m.id().toString()));
        Files.write(dataDirectory.resolve(FILE), lines);
    }

    @Override
    public MemberId start(NodeConfig config) throws StartRefused, IOException {
        var file = config.directory().resolve(FILE);
        if (!Files.exists(file)) {
            throw new StartRefused("the data directory belongs to no member");
        }
        var ids = Files.readAllLines(file).stream().map(MemberId::parse).toList();
        var self = ids.getFirst();
        var members = ids.stream().skip(1).map(FakeNode::member).toList();
        var gateway = new StandingGateway(members, self);
        boolean leads = self.name().equals("n0");
        gateway.become(leads ? Role.LEADER : Role.FOLLOWER, leads, leader(members), 9);
        HttpPort.open(config, gateway, new Metrics());
        return self;
    }

    private static MemberId leader(List<Member> members) {
        return members.getFirst().id();
    }

    private static Member member(MemberId id) {
        return new Member(id, "h:1", "h:2", "h:3", "h:4");
    }
}
