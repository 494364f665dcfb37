package dev.mainstay.statemachine.storage;

import static dev.mainstay.statemachine.storage.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

final class SortedBytesTest {

    @Test
    void older_isNotChangedByNewer() {
        var one = SortedBytes.EMPTY.put(bytes("a"), bytes("1"));
        var two = one.put(bytes("a"), bytes("2")).put(bytes("b"), bytes("2"));
        var none = two.deleteRange(bytes(""), bytes("z"));

        assertThat(one.get(bytes("a"))).isEqualTo(bytes("1"));
        assertThat(one.get(bytes("b"))).isNull();
        assertThat(two.get(bytes("a"))).isEqualTo(bytes("2"));
        assertThat(none.get(bytes("a"))).isNull();
    }

    @Test
    void keysInOrder_doNotMakeAList() {
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> {
                    var map = SortedBytes.EMPTY;
                    for (int i = 0; i < 200_000; i++) {
                        map = map.put(bytes("%09d".formatted(i)), bytes(""));
                    }
                    assertThat(map.get(bytes("000100000"))).isNotNull();
                });
    }
}
