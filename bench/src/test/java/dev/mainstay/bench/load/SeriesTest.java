package dev.mainstay.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SeriesTest {

    @Test
    void aFigureThatOnlyGrowsAtTheStart_isFlat() {
        var series = new Series("warm-up", 0.1);

        for (var i = 0; i < 120; i++) {
            series.add(Math.min(i, 30) * 10 + 100);
        }

        assertThat(series.isFlat()).as(series.verdict()).isTrue();
    }

    @Test
    void aSlowLeakUnderNoise_isNotFlat() {
        var series = new Series("leak", 0.1);
        var random = new Random(1);

        for (var i = 0; i < 120; i++) {
            series.add(1_000 + 2 * i + random.nextInt(100));
        }

        assertThat(series.isFlat()).as(series.verdict()).isFalse();
    }

    @Test
    void noiseAlone_isFlat() {
        var series = new Series("noise", 0.1);
        var random = new Random(2);

        for (var i = 0; i < 120; i++) {
            series.add(1_000 + random.nextInt(300));
        }

        assertThat(series.isFlat()).as(series.verdict()).isTrue();
    }

    @Test
    void tooFewSamples_areNotFlat() {
        var series = new Series("short", 0.1);

        series.add(1);

        assertThat(series.isFlat()).isFalse();
    }
}
