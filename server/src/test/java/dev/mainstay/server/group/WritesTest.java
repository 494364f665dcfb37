package dev.mainstay.server.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritesTest {
    @TempDir Path root;

    @Test
    void acknowledgedPuts_surviveTheLossOfTheLeader() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var leader = members.awaitLeader();
            var follower = members.followersOf(leader).getFirst();
            var client = ThreeMembers.clientOf(follower);
            for (int i = 0; i < 20; i++) {
                client.put("key" + i, "value" + i);
            }

            members.stop(leader);
            members.awaitLeaderOtherThan(leader);

            for (var survivor : members.running()) {
                var there = ThreeMembers.clientOf(survivor);
                for (int i = 0; i < 20; i++) {
                    assertThat(there.get("key" + i)).isEqualTo("value" + i);
                }
            }
        }
    }
}
