package dev.mainstay.bench.load;

import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.Clusters;
import dev.mainstay.jepsen.cluster.Digests;
import dev.mainstay.jepsen.cluster.KeyValues;
import dev.mainstay.jepsen.cluster.KvCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;

/// `bench/killloop`: kills the leader again and again under 64 writers, starts it again each time,
/// and then looks for acknowledged writes that are missing or were carried out twice.
public final class KillLoop {

    private static final Map<String, String> OPTIONS =
            Map.of(
                    "product", "mainstay",
                    "kills", "5",
                    "writers", "64",
                    "pause-millis", "5",
                    "seed", "1",
                    "p99-millis", "3000");
    private static final int NODES = 3;
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(60);

    private final Options options;
    private final Failover failover = new Failover();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<Writer> writers = new ArrayList<>();
    private final Histogram firstWrites = new Histogram(3);

    private KillLoop(Options options) {
        this.options = options;
    }

    public static void main(String[] arguments) throws Exception {
        var passed = new KillLoop(new Options(arguments, OPTIONS)).run();
        System.exit(passed ? 0 : 1);
    }

    private boolean run() throws IOException, InterruptedException {
        var startedAt = System.nanoTime();
        try (var cluster = Clusters.start(options.text("product"), NODES, options.settings());
                var writes = writes(cluster)) {
            var threads = startWriters(writes);
            killAll(cluster);
            stop.set(true);
            for (var thread : threads) {
                if (!thread.join(LAST_ANSWERS)) {
                    throw new IllegalStateException("a write without an answer");
                }
            }
            return verdict(cluster, Duration.ofNanos(System.nanoTime() - startedAt));
        }
    }

    private Writes writes(KvCluster cluster) {
        return cluster.product().equals("etcd") ? new EtcdWrites(cluster) : new SdkWrites(cluster);
    }

    private List<Thread> startWriters(Writes writes) {
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < options.number("writers"); i++) {
            var pause = options.number("pause-millis");
            var writer = new Writer(i, writes, failover, stop, pause);
            writers.add(writer);
            threads.add(Thread.ofVirtual().name("writer-" + i).start(writer));
        }
        return threads;
    }

    private void killAll(KvCluster cluster) throws IOException, InterruptedException {
        var random = new SplittableRandom(options.number("seed"));
        for (var kill = 1; kill <= options.number("kills"); kill++) {
            // At no particular moment of the new leader's life.
            Thread.sleep(random.nextInt(200, 1_500));
            var leader = cluster.awaitLeader();
            failover.killed();
            cluster.kill(leader);
            Await.until(
                    "a write after kill " + kill,
                    RECOVERY,
                    () -> failover.firstWriteAfterKill().isPresent());
            var millis = failover.firstWriteAfterKill().orElseThrow().toMillis();
            firstWrites.recordValue(millis);
            cluster.restart(leader);
            cluster.awaitAllReady(RECOVERY);
            System.out.printf("kill %d: node %d, first write after %d ms%n", kill, leader, millis);
        }
    }

    private boolean verdict(KvCluster cluster, Duration took) {
        var acknowledged = writers.stream().mapToLong(Writer::acknowledgedCount).sum();
        var operations = writers.stream().mapToLong(Writer::operations).sum();
        var refused = writers.stream().mapToLong(Writer::refusedCount).sum();
        System.out.printf(
                "%d kills in %d s; writes acknowledged %,d, refused %,d, unknown %,d%n",
                options.number("kills"),
                took.toSeconds(),
                acknowledged,
                refused,
                operations - acknowledged - refused);
        var p99 = firstWrites.getValueAtPercentile(99);
        System.out.printf(
                "kill to first write: p50 %d ms, p99 %d ms, max %d ms%n",
                firstWrites.getValueAtPercentile(50), p99, firstWrites.getMaxValue());
        var isFast = p99 <= options.number("p99-millis");
        var isClean = ledger(cluster).isClean();
        var isSame = isSame(cluster);
        System.out.println(isFast && isClean && isSame ? "PASS" : "FAIL");
        return isFast && isClean && isSame;
    }

    private Ledger ledger(KvCluster cluster) {
        try (var stored = new KeyValues(cluster.endpoint(cluster.awaitLeader()))) {
            var ledger = Ledger.of(writers, stored);
            System.out.println(ledger);
            return ledger;
        }
    }

    private static boolean isSame(KvCluster cluster) {
        if (!cluster.product().equals("mainstay")) {
            return true;
        }
        var digests = Digests.atOneIndex(cluster, RECOVERY);
        var isSame = Digests.areEqual(digests);
        System.out.printf(
                "digests at index %d: %s%n",
                digests.getFirst().getIndex(), isSame ? "equal" : "DIFFERENT " + digests);
        return isSame;
    }
}
