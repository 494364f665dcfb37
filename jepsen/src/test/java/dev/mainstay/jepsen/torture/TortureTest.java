package dev.mainstay.jepsen.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.checker.Anomaly;
import dev.mainstay.jepsen.checker.Verdict;
import dev.mainstay.jepsen.mutant.Mutant;
import dev.mainstay.jepsen.report.Judgement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TortureTest {

    private static final Mutant MUTANT =
            new Mutant(
                    "gremlin",
                    "eats writes",
                    List.of("set"),
                    List.of(),
                    List.of("lost-write", "stale-read"),
                    30,
                    Map.of(),
                    List.of());

    @Test
    void aConviction_namesTheMostTellingAnomaly_atTheStartOfItsLine() {
        assertThat(sentence("stale-read", "unavailable", "lost-write"))
                .isEqualTo("convicted of lost-write: mutant gremlin");
        assertThat(sentence("unavailable", "stale-read"))
                .isEqualTo("convicted of stale-read: mutant gremlin");
    }

    @Test
    void otherAnomalies_convictOfNothing() {
        assertThat(sentence("unavailable", "journal-error"))
                .isEqualTo("not convicted of any of [lost-write, stale-read]: mutant gremlin");
    }

    private static String sentence(String... found) {
        var anomalies = Stream.of(found).map(name -> new Anomaly(name, List.of(), "")).toList();
        var verdict = Verdict.of("set", anomalies, Map.of());
        return Torture.sentence(MUTANT, List.of(new Judgement("set", verdict, 0)));
    }
}
