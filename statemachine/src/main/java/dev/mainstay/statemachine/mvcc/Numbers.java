package dev.mainstay.statemachine.mvcc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Big-endian numbers in byte arrays.
final class Numbers {

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Numbers() {}

    static long int64(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    static void int64(byte[] bytes, int at, long value) {
        LONG.set(bytes, at, value);
    }
}
