package dev.mainstay.bench.load;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RangeRequest;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Put and Range as bytes: requests are encoded once, answers are read by hand, so that the
/// generator's own work per call stays small and alike for every server.
final class Wire {

    static final MethodDescriptor<byte[], byte[]> PUT = raw(KVGrpc.getPutMethod());
    static final MethodDescriptor<byte[], byte[]> RANGE = raw(KVGrpc.getRangeMethod());

    private static final int HEADER = 1;
    private static final int HEADER_REVISION = 3;
    private static final int RANGE_KVS = 2;
    private static final int KV_VALUE = 5;

    private Wire() {}

    static byte[] put(byte[] key, byte[] value) {
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFrom(key))
                .setValue(ByteString.copyFrom(value))
                .build()
                .toByteArray();
    }

    /// A linearizable get of one key.
    static byte[] get(byte[] key) {
        return RangeRequest.newBuilder().setKey(ByteString.copyFrom(key)).build().toByteArray();
    }

    /// Whether a PutResponse carries a revision that a put can have.
    static boolean isPutAnswer(byte[] answer) {
        var header = new Fields(answer, 0, answer.length).find(HEADER);
        return header != null && header.number(HEADER_REVISION) > 1;
    }

    /// Whether a RangeResponse holds a first key whose value is `expected`.
    static boolean isGetAnswer(byte[] answer, byte[] expected) {
        var kv = new Fields(answer, 0, answer.length).find(RANGE_KVS);
        var value = kv == null ? null : kv.find(KV_VALUE);
        return value != null && value.equalTo(expected);
    }

    private static <A, B> MethodDescriptor<byte[], byte[]> raw(MethodDescriptor<A, B> method) {
        return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(method.getFullMethodName())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// The fields of one encoded message, between two offsets of an answer.
    private static final class Fields {

        private static final int VARINT = 0;
        private static final int LENGTH = 2;

        private final byte[] bytes;
        private final int start;
        private final int end;
        private int at;

        Fields(byte[] bytes, int start, int end) {
            this.bytes = bytes;
            this.start = start;
            this.end = end;
        }

        @Nullable Fields find(int wanted) {
            at = start;
            while (at < end) {
                var tag = (int) varint();
                if ((tag & 7) == LENGTH) {
                    var length = (int) varint();
                    if (tag >>> 3 == wanted) {
                        return new Fields(bytes, at, at + length);
                    }
                    at += length;
                } else {
                    skip(tag);
                }
            }
            return null;
        }

        long number(int wanted) {
            at = start;
            while (at < end) {
                var tag = (int) varint();
                if ((tag & 7) == VARINT) {
                    var value = varint();
                    if (tag >>> 3 == wanted) {
                        return value;
                    }
                } else {
                    skip(tag);
                }
            }
            return 0;
        }

        boolean equalTo(byte[] expected) {
            return Arrays.equals(bytes, start, end, expected, 0, expected.length);
        }

        private void skip(int tag) {
            switch (tag & 7) {
                case VARINT -> varint();
                case LENGTH -> at += (int) varint();
                case 1 -> at += 8;
                case 5 -> at += 4;
                default -> throw new IllegalStateException("no such wire type: " + tag);
            }
        }

        private long varint() {
            var result = 0L;
            for (var shift = 0; shift < 64; shift += 7) {
                var next = bytes[at++];
                result |= (next & 0x7FL) << shift;
                if (next >= 0) {
                    return result;
                }
            }
            throw new IllegalStateException("a number of more than ten bytes");
        }
    }
}
