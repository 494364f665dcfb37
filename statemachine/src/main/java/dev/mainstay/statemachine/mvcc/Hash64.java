package dev.mainstay.statemachine.mvcc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A 64-bit hash for digests: fast, well mixed, no defence against an adversary. Part of the disk
/// format, because sums of it are stored.
public final class Hash64 {

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long K1 = 0x9E3779B97F4A7C15L;
    private static final long K2 = 0xC2B2AE3D27D4EB4FL;

    private Hash64() {}

    public static long of(long seed, byte[] bytes) {
        long hash = seed + K1 * (bytes.length + 1L);
        int at = 0;
        for (; at + 8 <= bytes.length; at += 8) {
            hash = step(hash, (long) LONG.get(bytes, at));
        }
        long tail = 0;
        for (; at < bytes.length; at++) {
            tail = tail << 8 | (bytes[at] & 0xFF);
        }
        return finish(step(hash, tail));
    }

    public static long of(long seed, long number) {
        return finish(step(seed + K2, number));
    }

    /// What one key's newest version adds to a state sum.
    public static long of(Key key, Version version) {
        long hash = of(version.modRevision(), key.bytes());
        hash = step(hash, version.createRevision());
        hash = step(hash, version.version());
        hash = step(hash, version.lease());
        return of(hash, version.value());
    }

    /// What a lease adds to a state sum.
    public static long ofLease(long id, long ttlSeconds) {
        return of(of('L', id), ttlSeconds);
    }

    /// What a setting adds to a state sum.
    public static long ofSetting(String name, byte[] value) {
        return of(of('s', MetaRows.setting(name)), value);
    }

    private static long step(long hash, long word) {
        return Long.rotateLeft(hash ^ (word * K2), 29) * K1;
    }

    private static long finish(long hash) {
        long mixed = (hash ^ (hash >>> 32)) * 0xD6E8FEB86659FD93L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 32);
    }
}
