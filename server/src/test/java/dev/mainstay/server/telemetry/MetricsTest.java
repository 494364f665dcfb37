package dev.mainstay.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private final Metrics metrics = new Metrics();

    @Test
    void figures_areReadAtEachScrape_andMayComeLater() {
        var figures = new ConcurrentHashMap<String, Long>(Map.of("applied", 1L));
        metrics.add("log", () -> figures);

        assertThat(metrics.scrape()).contains("mainstay_log_applied 1.0");

        figures.put("applied", 2L);
        figures.put("queue", 3L);

        assertThat(metrics.scrape())
                .contains("mainstay_log_applied 2.0")
                .contains("mainstay_log_queue 3.0");
    }

    @Test
    void latencies_areCountedInBuckets() {
        var commit = metrics.latency("commit", "Commits.");

        commit.record(300_000);
        commit.record(3_000_000);

        assertThat(metrics.scrape())
                .contains("mainstay_commit_seconds_count 2")
                .containsPattern("mainstay_commit_seconds_bucket\\{le=\"(5.0E-4|0.0005)\"\\} 1");
    }
}
