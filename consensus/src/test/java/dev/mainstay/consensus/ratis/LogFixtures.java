package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/// Logs of the shape that a test needs.
final class LogFixtures {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private LogFixtures() {}

    /// Segments of 64 KB, purged as soon as one can go.
    static LocalGroup.Options smallSegments(LocalGroup.Options options) {
        options.segmentBytesMax = 64 << 10;
        options.properties.put("raft.server.log.purge.gap", "1");
        options.properties.put("raft.server.log.preallocated.size", "64KB");
        return options;
    }

    /// `count` commands of 1 KB each, applied on `leader`.
    static void commitKilobytes(LocalGroup.Node leader, int count) throws Exception {
        int before = leader.machine().count();
        for (int i = 0; i < count; i++) {
            // Some at a time, so that they make entries of a few KB.
            var _ = leader.propose((before + i) + "-".repeat(1_000));
            if (i % 8 == 7) {
                int sent = before + i + 1;
                Await.until("applied", () -> leader.machine().count() >= sent);
            }
        }
        Await.until("applied", () -> leader.machine().count() >= before + count);
    }

    static List<Path> closedSegments(LocalGroup.Node node) throws Exception {
        try (var files = Files.walk(node.directory().resolve("raft"))) {
            return files.filter(file -> file.getFileName().toString().matches("log_[0-9]+-[0-9]+"))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }

    /// Where Ratis keeps the segments and the vote.
    static Path current(LocalGroup.Node node) throws Exception {
        try (var groups = Files.list(node.directory().resolve("raft"))) {
            return groups.findFirst().orElseThrow().resolve("current");
        }
    }

    static long startIndex(LocalGroup.Node node) {
        var server = node.log().current();
        return server == null ? -1 : server.division().getRaftLog().getStartIndex();
    }
}
