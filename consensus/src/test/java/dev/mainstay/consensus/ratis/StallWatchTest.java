package dev.mainstay.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.ratis.StallWatch.Advice;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StallWatchTest {

    private final StallWatch watch = new StallWatch(Duration.ofSeconds(5), Duration.ofSeconds(30));

    private Advice lookAt(long seconds, long last, long flushed) {
        return watch.look(TimeUnit.SECONDS.toNanos(seconds), last, flushed);
    }

    @Test
    void aHangingDisk_costsLeadershipOnce_andThenTheMember() {
        assertThat(lookAt(0, 10, 10)).isEqualTo(Advice.NONE);
        assertThat(lookAt(1, 12, 10)).isEqualTo(Advice.NONE);
        assertThat(lookAt(6, 20, 10)).isEqualTo(Advice.STEP_DOWN);
        assertThat(lookAt(7, 20, 10)).isEqualTo(Advice.NONE);
        assertThat(lookAt(31, 20, 10)).isEqualTo(Advice.FAIL);
    }

    @Test
    void aSlowDisk_isNotAHangingOne() {
        for (int second = 0; second < 100; second++) {
            assertThat(lookAt(second, 1_000, second / 4)).isEqualTo(Advice.NONE);
        }
    }

    @Test
    void anIdleLog_isNotAHangingOne() {
        for (int second = 0; second < 100; second++) {
            assertThat(lookAt(second, 10, 10)).isEqualTo(Advice.NONE);
        }
    }
}
