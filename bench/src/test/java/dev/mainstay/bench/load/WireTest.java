package dev.mainstay.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.client.proto.PutResponse;
import dev.mainstay.client.proto.RangeResponse;
import dev.mainstay.client.proto.ResponseHeader;
import org.junit.jupiter.api.Test;

class WireTest {

    private static final ResponseHeader HEADER =
            ResponseHeader.newBuilder()
                    .setClusterId(-1)
                    .setMemberId(300)
                    .setRevision(70_000)
                    .setRaftTerm(2)
                    .build();
    private static final byte[] VALUE = {0, 1, -1, 127};

    @Test
    void anAnswerToAPut_hasARevision() {
        var answer = PutResponse.newBuilder().setHeader(HEADER).build();

        assertThat(Wire.isPutAnswer(answer.toByteArray())).isTrue();
        assertThat(Wire.isPutAnswer(new byte[0])).isFalse();
        assertThat(Wire.isPutAnswer(PutResponse.getDefaultInstance().toByteArray())).isFalse();
    }

    @Test
    void anAnswerToAGet_hasTheValueOfTheKey() {
        var answer = answer(ByteString.copyFrom(VALUE));

        assertThat(Wire.isGetAnswer(answer, VALUE)).isTrue();
        assertThat(Wire.isGetAnswer(answer, new byte[] {0, 1, -1})).isFalse();
        assertThat(Wire.isGetAnswer(answer(ByteString.EMPTY), VALUE)).isFalse();
    }

    @Test
    void anEmptyAnswerToAGet_isWrong() {
        var nothing = RangeResponse.newBuilder().setHeader(HEADER).build();

        assertThat(Wire.isGetAnswer(nothing.toByteArray(), VALUE)).isFalse();
    }

    private static byte[] answer(ByteString value) {
        var entry =
                KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8("key"))
                        .setCreateRevision(7)
                        .setModRevision(70_000)
                        .setVersion(3)
                        .setValue(value)
                        .setLease(Long.MIN_VALUE);
        return RangeResponse.newBuilder()
                .setHeader(HEADER)
                .addKvs(entry)
                .setCount(1)
                .build()
                .toByteArray();
    }
}
