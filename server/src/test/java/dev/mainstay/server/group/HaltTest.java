package dev.mainstay.server.group;

import static dev.mainstay.server.group.Client.await;
import static dev.mainstay.server.group.ThreeMembers.clientOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.Await;
import dev.mainstay.server.gateway.Readiness;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A member whose state cannot be written says so once, and answers nothing until its process ends.
class HaltTest {

    @TempDir Path root;

    @Test
    void aLeaderThatCannotApply_acknowledgesNothing_andTheOthersTakeOver() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var broken = members.awaitLeader();
            clientOf(broken).put("key", "before");
            var digest = broken.digest();
            broken.faults().failWrites();
            var command = clientOf(broken).newPut("key", "after");

            var answer = clientOf(broken).send(command, Client.PATIENCE);
            Await.until("it has said why", () -> broken.lastWords().isPresent());
            var next = members.awaitLeaderOtherThan(broken);

            assertThat(clientOf(next).apply(command).isRepeated()).isTrue();
            assertThat(clientOf(next).get("key")).isEqualTo("after");
            assertThat(answer).isNotDone();
            assertThat(await(clientOf(broken).sendStrict(Duration.ofMillis(300))))
                    .isNotEqualTo(Readiness.READY);
            assertThat(broken.digest()).isEqualTo(digest);
            assertThat(broken.lastWords().orElseThrow())
                    .startsWith("cannot apply the entry at index");
        }
    }

    @Test
    void aFollowerThatCannotApply_answersNothing_andComesBackAfterARestart() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var leader = members.awaitLeader();
            var broken = members.followersOf(leader).getFirst();
            clientOf(broken).put("key", "before");
            broken.faults().failWrites();

            var answer =
                    clientOf(broken).send(clientOf(broken).newPut("key", "after"), Client.PATIENCE);
            Await.until("the others have it", () -> "after".equals(clientOf(leader).get("key")));
            Await.until("it has said why", () -> broken.lastWords().isPresent());

            assertThat(answer).isNotDone();
            assertThat(await(clientOf(broken).sendStrict(Duration.ofMillis(300))))
                    .isNotEqualTo(Readiness.READY);
            members.stop(broken);
            var again = members.start(broken);
            assertThat(clientOf(again).get("key")).isEqualTo("after");
        }
    }
}
