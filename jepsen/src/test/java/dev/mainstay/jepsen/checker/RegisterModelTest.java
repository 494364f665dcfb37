package dev.mainstay.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.checker.Model.Call;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegisterModelTest {

    private static final RegisterModel MODEL = new RegisterModel();

    private static boolean isPossible(List<Call> calls) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        var result = new Search(calls, MODEL.initial(), deadline).run();
        assertThat(result).isNotEqualTo(Search.Result.OVERDUE);
        return result == Search.Result.POSSIBLE;
    }

    /// Otherwise a proof that was made smaller would prove nothing.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aPossibleHistory_staysPossible_withoutWhatMayGo(long seed) {
        var random = new SplittableRandom(seed);
        int shrunk = 0;
        for (int i = 0; i < 5_000; i++) {
            var history = RegisterSimulation.small(random.split(), 3);
            var calls = MODEL.calls(history.ops());
            var gone = new HashSet<>(calls);
            gone.removeIf(call -> random.nextBoolean());
            var kept = new ArrayList<>(calls);
            kept.removeAll(gone);
            if (isPossible(calls) && MODEL.mayGo(kept, gone)) {
                shrunk++;
                assertThat(isPossible(kept)).as("%s without %s", calls, gone).isTrue();
            }
        }
        assertThat(shrunk).isGreaterThan(1_000);
    }
}
