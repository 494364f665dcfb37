package dev.mainstay.consensus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The permission to start on an empty disk, as the file `bootstrap` in the data directory.
///
/// Permission to format must not come from the disk that can be lost, or a volume that was not
/// mounted would make a voter without memory. So only the command that forms a group, joins one or
/// replaces a member writes this file, and the first start uses it up ([Identity#claim]).
///
/// @param voters the founding voters, this member among them; empty for a member that joins a group
///   and waits to be added
public record Bootstrap(MemberId member, long group, List<Member> voters) {

    static final String FILE = "bootstrap";

    /// What it is called once it is used up: whom a member looks for until it has applied a
    /// configuration.
    static final String USED_UP = "founders";

    public Bootstrap {
        voters = List.copyOf(voters);
        if (!voters.isEmpty() && voters.stream().noneMatch(v -> v.id().equals(member))) {
            throw new IllegalArgumentException(member + " is not among the voters " + voters);
        }
    }

    /// Leaves the permission in `directory`, which is created if need be. Durable on return.
    public void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        var lines = new ArrayList<String>();
        lines.add("member " + member);
        lines.add("group " + HexFormat.of().toHexDigits(group));
        for (var voter : voters) {
            lines.add(
                    "voter %s %s %s %s %s"
                            .formatted(
                                    voter.id(),
                                    voter.sqlAddress(),
                                    voter.grpcAddress(),
                                    voter.raftAddress(),
                                    voter.httpAddress()));
        }
        var text = String.join("\n", lines) + "\n";
        DurableFiles.replace(directory.resolve(FILE), text.getBytes(StandardCharsets.UTF_8));
    }

    static Bootstrap read(Path file) throws IOException, CannotStartException {
        try {
            var lines = Files.readAllLines(file);
            var voters = new ArrayList<Member>();
            for (var line : lines.subList(2, lines.size())) {
                var words = line.split(" ", -1);
                voters.add(
                        new Member(
                                MemberId.parse(words[1]), words[2], words[3], words[4], words[5]));
            }
            return new Bootstrap(
                    MemberId.parse(value(lines, 0, "member")),
                    HexFormat.fromHexDigitsToLong(value(lines, 1, "group")),
                    voters);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CannotStartException("the file " + file + " is damaged", e);
        }
    }

    static String value(List<String> lines, int at, String key) {
        var line = lines.get(at);
        if (!line.startsWith(key + " ")) {
            throw new IllegalArgumentException("no '" + key + "' in line " + (at + 1));
        }
        return line.substring(key.length() + 1);
    }
}
