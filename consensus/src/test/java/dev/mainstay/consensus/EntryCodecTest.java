package dev.mainstay.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryCodecTest {

    private static final LogPosition AT = new LogPosition(3, new LogIndex(7));

    @Test
    void bytes_areThoseOfVersionOne() {
        var bytes = EntryCodec.encode(0x0102030405060708L, List.of(new byte[] {9}, new byte[0]));

        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("010102030405060708" + "00000002" + "0000000109" + "00000000");
    }

    @Test
    void decode_givesBackWhatWasEncoded() {
        var bytes = EntryCodec.encode(42, List.of(new byte[] {1, 2}, new byte[] {3}));

        var entry = EntryCodec.decode(AT, ByteBuffer.wrap(bytes));

        assertThat(entry.at()).isEqualTo(AT);
        assertThat(entry.leaderMicros()).isEqualTo(42);
        assertThat(entry.commands())
                .containsExactly(
                        ByteBuffer.wrap(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {3}));
    }

    @Test
    void decode_refusesEveryCutOffEntry_andTrailingBytes() {
        var bytes = EntryCodec.encode(42, List.of(new byte[] {1, 2}, new byte[] {3}));

        for (int length = 0; length < bytes.length; length++) {
            var cut = ByteBuffer.wrap(bytes, 0, length);
            assertThatThrownBy(() -> EntryCodec.decode(AT, cut))
                    .as("first %d bytes", length)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() ->
                        EntryCodec.decode(
                                AT, ByteBuffer.allocate(bytes.length + 1).put(bytes).rewind()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
