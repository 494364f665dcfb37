package dev.mainstay.jepsen.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RotatingKeysTest {

    private final RotatingKeys keys = new RotatingKeys(5, 100);
    private final SplittableRandom random = new SplittableRandom(1);

    @Test
    void eachKey_servesItsNumberOfCalls_andIsGivenUp() {
        Map<Long, Integer> calls = new HashMap<>();
        for (var i = 0; i < 3_000; i++) {
            calls.merge(keys.next(random), 1, Integer::sum);
        }

        assertThat(calls.values()).allMatch(n -> n <= 100);
        assertThat(calls).hasSizeBetween(28, 40);
        assertThat(keys.all()).containsExactlyInAnyOrderElementsOf(calls.keySet());
        assertThat(keys.newest(1)).hasSize(5);
    }

    @Test
    void aKeyWithUnknownCalls_isGivenUpSooner() {
        var first = keys.next(random);
        for (var i = 0; i < 9; i++) {
            keys.unknown(first);
        }

        assertThat(keys.newest(1)).doesNotContain(first).contains(first + 5);
    }
}
