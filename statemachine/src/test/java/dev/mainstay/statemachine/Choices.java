package dev.mainstay.statemachine;

import java.util.List;
import java.util.SplittableRandom;

/// Where the author of random commands takes its decisions from.
interface Choices {

    /// At least 0, less than `bound`.
    int upTo(int bound);

    /// Any number.
    long any();

    static Choices random(SplittableRandom random) {
        return new Choices() {

            @Override
            public int upTo(int bound) {
                return random.nextInt(bound);
            }

            @Override
            public long any() {
                return random.nextLong();
            }
        };
    }

    /// Numbers that may be made smaller and fewer one by one; after the last one it is always 0.
    static Choices of(List<Integer> numbers) {
        return new Choices() {

            private int used;

            @Override
            public int upTo(int bound) {
                return Math.floorMod(any(), bound);
            }

            @Override
            public long any() {
                return used < numbers.size() ? numbers.get(used++) : 0;
            }
        };
    }
}
