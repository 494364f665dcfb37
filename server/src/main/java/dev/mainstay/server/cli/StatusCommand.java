package dev.mainstay.server.cli;

import dev.mainstay.client.proto.MemberStatus;
import dev.mainstay.client.proto.MembersResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Prints one line per member of a running cluster, wherever its nodes are.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Prints one line per member of a running cluster.")
final class StatusCommand implements Callable<Integer> {

    @Option(
            names = "--endpoints",
            split = ",",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:7401,127.0.0.1:7411,127.0.0.1:7421",
            showDefaultValue = picocli.CommandLine.Help.Visibility.ALWAYS,
            description = "gRPC addresses of nodes; the first that answers is asked.")
    private List<String> endpoints = List.of();

    @Override
    public Integer call() throws Failure {
        var response = ask();
        var table = new Table("NAME", "ROLE", "TERM", "APPLIED", "LAG", "ADDRESSES");
        for (var member : response.getMembersList()) {
            addRow(table, member);
        }
        table.lines().forEach(Cli::print);
        return response.getLeader().isEmpty() ? 1 : 0;
    }

    private MembersResponse ask() throws Failure {
        var failures = new ArrayList<String>();
        for (var endpoint : endpoints) {
            try (var remote = new RemoteAdmin(endpoint)) {
                return remote.members();
            } catch (Failure e) {
                failures.add(e.getMessage());
            }
        }
        throw new Failure("no node answers: " + String.join("; ", failures));
    }

    private static void addRow(Table table, MemberStatus member) {
        var addresses =
                "sql=%s grpc=%s raft=%s http=%s"
                        .formatted(
                                member.getSqlAddress(),
                                member.getGrpcAddress(),
                                member.getRaftAddress(),
                                member.getHttpAddress());
        var name = member.getName().isEmpty() ? "-" : member.getName();
        if (member.getRole().equals("down") || member.getPending()) {
            var role = member.getPending() ? "announced" : "down";
            table.add(name, role, "-", "-", "-", addresses);
        } else {
            table.add(
                    name,
                    member.getRole(),
                    String.valueOf(member.getTerm()),
                    String.valueOf(member.getApplied()),
                    String.valueOf(member.getLag()),
                    addresses);
        }
    }
}
