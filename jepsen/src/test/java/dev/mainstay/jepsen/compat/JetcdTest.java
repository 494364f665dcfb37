package dev.mainstay.jepsen.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.Clusters;
import dev.mainstay.jepsen.cluster.KvCluster;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.Observers;
import io.etcd.jetcd.watch.WatchEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// etcd's Java client against three nodes, of which the leader is killed in the middle.
@Tag("blackbox")
class JetcdTest {

    private static final Duration RECOVERY = Duration.ofSeconds(30);
    private static final int TTL_SECONDS = 10;

    private static KvCluster cluster;
    private static Client client;
    private final List<Integer> killed = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        cluster = Clusters.start();
        client = connect();
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        cluster.close();
    }

    @AfterEach
    void allNodesAreBack() throws IOException {
        for (var node : killed) {
            cluster.restart(node);
        }
        cluster.awaitAllReady(RECOVERY);
    }

    @Test
    void noAcknowledgedPutIsLost_whenTheLeaderIsKilled() throws Exception {
        var acknowledged = new TreeMap<String, String>();
        var stop = new AtomicBoolean();
        var writer = Thread.ofVirtual().start(() -> putUntil("put/", stop, acknowledged));

        awaitSize("the writer writes", acknowledged, 200);
        killLeader();
        var before = size(acknowledged);
        awaitSize("the writer writes again", acknowledged, before + 200);
        stop.set(true);
        writer.join();

        var stored = new TreeMap<String, String>();
        for (var entry : prefix("put/")) {
            stored.put(text(entry.getKey()), text(entry.getValue()));
        }
        assertThat(stored).containsAllEntriesOf(acknowledged);
    }

    @Test
    void aWatchSeesEveryEventOnceInOrder_whenTheLeaderIsKilled() throws Exception {
        var first = get(client.getKVClient().put(bytes("watch/start"), bytes("0"))).getHeader();
        var live = new ConcurrentLinkedQueue<String>();
        var acknowledged = new TreeMap<String, String>();
        var stop = new AtomicBoolean();

        try (var _ = watch(client, first.getRevision(), live)) {
            var writer = Thread.ofVirtual().start(() -> putUntil("watch/", stop, acknowledged));
            awaitSize("the writer writes", acknowledged, 100);
            killLeader();
            awaitSize("the writer writes again", acknowledged, size(acknowledged) + 100);
            stop.set(true);
            writer.join();
            get(client.getKVClient().put(bytes("watch/zz/end"), bytes("0")));
            awaitEnd("the watch reaches the end", live);
        }

        assertThat(List.copyOf(live)).isEqualTo(history(first.getRevision()));
    }

    @Test
    void transactionsDecide_onBothSidesOfAFailover() throws Exception {
        var kv = client.getKVClient();
        get(kv.put(bytes("t"), bytes("1")));
        assertThat(setIfEqual("t", "1", "2")).isTrue();

        killLeader();
        cluster.awaitLeader();

        assertThat(retried(() -> setIfEqual("t", "1", "3"))).isFalse();
        assertThat(retried(() -> setIfEqual("t", "2", "3"))).isTrue();
        assertThat(text(get(kv.get(bytes("t"))).getKvs().getFirst().getValue())).isEqualTo("3");
    }

    @Test
    void aLeaseKeptAliveOutlivesTheLeader_andEndsWhenRevoked() throws Exception {
        var leases = client.getLeaseClient();
        var lease = get(leases.grant(TTL_SECONDS)).getID();
        var option = PutOption.builder().withLeaseId(lease).build();
        get(client.getKVClient().put(bytes("leased"), bytes("x"), option));
        var renewals = new ConcurrentLinkedQueue<Long>();

        try (var _ = leases.keepAlive(lease, Observers.observer(r -> renewals.add(r.getTTL())))) {
            killLeader();
            cluster.awaitLeader();
            var killedAt = System.nanoTime();
            var before = renewals.size();
            Await.until("keepalives go on", RECOVERY, () -> renewals.size() > before + 1);
            // Longer than the lease would have lasted without them.
            var longer = Duration.ofSeconds(TTL_SECONDS + 3);
            Await.until(
                    "the lease's time is over",
                    longer.multipliedBy(2),
                    () -> System.nanoTime() - killedAt > longer.toNanos());
            assertThat(get(client.getKVClient().get(bytes("leased"))).getKvs()).hasSize(1);
        }
        get(leases.revoke(lease));

        assertThat(get(client.getKVClient().get(bytes("leased"))).getKvs()).isEmpty();
    }

    @Test
    void aLockIsHeldAcrossAFailover_andThenGoesToTheNext() throws Exception {
        var lease = get(client.getLeaseClient().grant(60)).getID();
        var held = get(client.getLockClient().lock(bytes("mutex"), lease)).getKey();

        killLeader();
        cluster.awaitLeader();

        try (var other = connect()) {
            var next = retried(() -> get(other.getLeaseClient().grant(60))).getID();
            var waiting = other.getLockClient().lock(bytes("mutex"), next);
            Await.until("both stand in line", RECOVERY, () -> prefix("mutex").size() == 2);
            assertThat(waiting).isNotDone();

            retried(() -> get(client.getLockClient().unlock(held)));

            assertThat(text(get(waiting).getKey())).startsWith("mutex/");
        }
    }

    @Test
    void anElectedLeaderStaysElected_acrossAFailover() throws Exception {
        var election = client.getElectionClient();
        var lease = get(client.getLeaseClient().grant(60)).getID();
        var won = get(election.campaign(bytes("race"), lease, bytes("first"))).getLeader();

        killLeader();
        cluster.awaitLeader();

        var leader = retried(() -> get(election.leader(bytes("race"))));
        assertThat(text(leader.getKv().getValue())).isEqualTo("first");
        retried(() -> get(election.proclaim(won, bytes("changed"))));
        assertThat(text(get(election.leader(bytes("race"))).getKv().getValue()))
                .isEqualTo("changed");
        retried(() -> get(election.resign(won)));
        assertThat(prefix("race")).isEmpty();
    }

    // -- what the tests share

    private void killLeader() throws IOException {
        var leader = cluster.awaitLeader();
        cluster.kill(leader);
        killed.add(leader);
    }

    private static Client connect() {
        var endpoints = cluster.endpoints().stream().map(e -> "http://" + e);
        return Client.builder().endpoints(endpoints.toArray(String[]::new)).build();
    }

    /// Puts one key after the other; a failed put is made again until it is acknowledged.
    private static void putUntil(
            String prefix, AtomicBoolean stop, Map<String, String> acknowledged) {
        for (var i = 0; !stop.get(); i++) {
            var key = prefix + "%06d".formatted(i);
            var value = "value " + i;
            var isDone = false;
            while (!isDone && !stop.get()) {
                isDone = tryPut(key, value);
            }
            if (isDone) {
                synchronized (acknowledged) {
                    acknowledged.put(key, value);
                }
            }
        }
    }

    private static boolean tryPut(String key, String value) {
        try {
            client.getKVClient().put(bytes(key), bytes(value)).get(5, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean setIfEqual(String key, String expected, String value) throws Exception {
        var compare = new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.value(bytes(expected)));
        var put = Op.put(bytes(key), bytes(value), PutOption.DEFAULT);
        return get(client.getKVClient().txn().If(compare).Then(put).commit()).isSucceeded();
    }

    private static Watch.Watcher watch(Client by, long from, ConcurrentLinkedQueue<String> events) {
        var option = WatchOption.builder().isPrefix(true).withRevision(from).build();
        return by.getWatchClient()
                .watch(
                        bytes("watch/"),
                        option,
                        response -> response.getEvents().forEach(e -> events.add(described(e))));
    }

    /// The same events, as they are stored.
    private static List<String> history(long from) {
        var events = new ConcurrentLinkedQueue<String>();
        try (var fresh = connect();
                var _ = watch(fresh, from, events)) {
            awaitEnd("history is read", events);
        }
        return List.copyOf(events);
    }

    private static void awaitEnd(String what, ConcurrentLinkedQueue<String> events) {
        Await.until(
                what,
                RECOVERY,
                () -> events.stream().anyMatch(e -> e.contains("watch/zz/end")),
                () -> events.size() + " events");
    }

    private static String described(WatchEvent event) {
        var entry = event.getKeyValue();
        return "%s %s=%s at %d version %d"
                .formatted(
                        event.getEventType(),
                        text(entry.getKey()),
                        text(entry.getValue()),
                        entry.getModRevision(),
                        entry.getVersion());
    }

    private static List<KeyValue> prefix(String prefix) {
        try {
            var option = GetOption.builder().isPrefix(true).build();
            return get(client.getKVClient().get(bytes(prefix), option)).getKvs();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(RECOVERY.toSeconds(), TimeUnit.SECONDS);
    }

    private interface Asked<T> {
        T ask() throws Exception;
    }

    /// Asks again while an error says that it was the failover's.
    private static <T> T retried(Asked<T> asked) {
        var answers = new ArrayList<T>();
        var errors = new ArrayList<String>();
        Await.until(
                "an answer after the failover",
                RECOVERY,
                () -> {
                    try {
                        answers.add(asked.ask());
                        return true;
                    } catch (Exception e) {
                        errors.add(e.toString());
                        return false;
                    }
                },
                errors::toString);
        return answers.getFirst();
    }

    private static void awaitSize(String what, Map<String, String> map, int size) {
        Await.until(what, RECOVERY, () -> size(map) >= size, () -> size(map) + " of " + size);
    }

    private static int size(Map<String, String> map) {
        synchronized (map) {
            return map.size();
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static String text(ByteSequence bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
