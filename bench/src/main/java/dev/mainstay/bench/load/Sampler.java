package dev.mainstay.bench.load;

import dev.mainstay.jepsen.cluster.Command;
import dev.mainstay.jepsen.cluster.Directories;
import dev.mainstay.jepsen.cluster.KvCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/// Looks at what one node holds on to. Confined to the thread of [Soak].
final class Sampler {

    private static final Duration JCMD = Duration.ofSeconds(20);
    // One line for the whole heap; a collector that prints generations prints one for each.
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    private final KvCluster cluster;
    private final int node;
    private final boolean isJava;
    private final Series heap;
    private final Series resident;
    private final Series files;
    private final Series disk;

    Sampler(KvCluster cluster, int node) {
        this.cluster = cluster;
        this.node = node;
        isJava = cluster.product().equals("mainstay");
        heap = new Series("node %d, heap after collection, bytes".formatted(node), 0.10);
        resident = new Series("node %d, resident memory, bytes".formatted(node), 0.10);
        files = new Series("node %d, open files".formatted(node), 0.10);
        // A saw: files are merged and logs purged in steps.
        disk = new Series("node %d, disk, bytes".formatted(node), 0.25);
    }

    void sample() throws IOException {
        var process = cluster.process(node);
        if (isJava) {
            heap.add(heapAfterCollection(process.pid()));
        }
        resident.add((double) process.residentBytes());
        files.add(process.openFiles());
        disk.add((double) Directories.bytes(cluster.directory(node)));
    }

    List<Series> series() {
        return isJava ? List.of(heap, resident, files, disk) : List.of(resident, files, disk);
    }

    String newest() {
        return "node %d: heap %,.0f MB, resident %,.0f MB, %,.0f files, disk %,.1f MB"
                .formatted(
                        node,
                        isJava ? heap.newest() / 1e6 : 0,
                        resident.newest() / 1e6,
                        files.newest(),
                        disk.newest() / 1e6);
    }

    private static double heapAfterCollection(long pid) throws IOException {
        jcmd(pid, "GC.run");
        var matcher = USED.matcher(jcmd(pid, "GC.heap_info").split("Metaspace", -1)[0]);
        var kilobytes = 0L;
        while (matcher.find()) {
            kilobytes += Long.parseLong(matcher.group(1));
        }
        if (kilobytes == 0) {
            throw new IOException("jcmd told no heap size");
        }
        return kilobytes * 1024.0;
    }

    private static String jcmd(long pid, String command) throws IOException {
        var program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var ran = Command.run(List.of(program, Long.toString(pid), command), JCMD);
        if (!ran.succeeded()) {
            throw new IOException("jcmd: " + ran.out() + ran.err());
        }
        return ran.out();
    }
}
