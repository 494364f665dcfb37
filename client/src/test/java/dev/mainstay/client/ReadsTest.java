package dev.mainstay.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.client.FakeNode.Fate;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadsTest {

    private final FakeCluster cluster = new FakeCluster();
    private final Database database = cluster.connect();

    @AfterEach
    void close() {
        database.close();
        cluster.close();
    }

    private dev.mainstay.client.proto.ReadRequest lastRead() {
        return cluster.node(FakeCluster.A).reads.getLast();
    }

    @Test
    void reads_areStrict_unlessTheySayOtherwise() throws InterruptedException {
        var _ = database.get("k");
        assertThat(lastRead().getMode()).isEqualTo(dev.mainstay.client.proto.ReadMode.STRICT);

        var _ = database.get("k", ReadMode.bounded(Duration.ofMillis(40)));
        assertThat(lastRead().getMode()).isEqualTo(dev.mainstay.client.proto.ReadMode.BOUNDED);
        assertThat(lastRead().getMaxStalenessMillis()).isEqualTo(40);

        var _ = database.get("k", ReadMode.local());
        assertThat(lastRead().getMode()).isEqualTo(dev.mainstay.client.proto.ReadMode.LOCAL);
    }

    @Test
    void localRead_worksWithoutALeader() throws InterruptedException {
        var _ = database.put("k", "v");
        cluster.leader("");
        cluster.eachNode(n -> n.always(Fate.NO_LEADER));

        assertThat(database.get("k", ReadMode.local()).value()).contains(Bytes.of("v"));
        assertThatThrownBy(() -> database.withTimeout(Duration.ofMillis(200)).get("k"))
                .isInstanceOf(NoLeaderException.class);
    }

    @Test
    void session_readsAtItsOwnWrites() throws InterruptedException {
        var session = database.session();
        var put = session.put("k", "v");

        assertThat(session.get("k").value()).contains(Bytes.of("v"));

        assertThat(session.token()).isEqualTo(put.revision());
        assertThat(lastRead().getMode()).isEqualTo(dev.mainstay.client.proto.ReadMode.SESSION);
        assertThat(lastRead().getToken()).isEqualTo(put.revision());
    }

    @Test
    void session_takesATokenFromElsewhere_andNeverGoesBack() throws InterruptedException {
        var session = database.session();
        session.advanceTo(40);
        session.advanceTo(30);

        var _ = session.getAll(KeyRange.prefix("k"));

        assertThat(lastRead().getToken()).isEqualTo(40);
    }

    @Test
    void prefix_endsAtTheNextPrefix() {
        assertThat(KeyRange.prefix("ab").end()).isEqualTo(Bytes.of("ac"));
        assertThat(KeyRange.prefix(Bytes.of(new byte[] {1, -1})).end())
                .isEqualTo(Bytes.of(new byte[] {2}));
        assertThat(KeyRange.prefix(Bytes.of(new byte[] {-1, -1})).end())
                .isEqualTo(Bytes.of(new byte[] {0}));
        assertThat(KeyRange.prefix("")).isEqualTo(KeyRange.all());
    }

    @Test
    void endpoint_mustBeHostAndPort() {
        assertThatThrownBy(() -> Mainstay.connect("localhost"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Mainstay.connect("localhost:99999"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Mainstay.connect()).isInstanceOf(IllegalArgumentException.class);
    }
}
