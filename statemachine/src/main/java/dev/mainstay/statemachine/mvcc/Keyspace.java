package dev.mainstay.statemachine.mvcc;

import java.util.Arrays;

/// The first byte of every stored key says whose it is. Part of the disk format.
public final class Keyspace {

    /// Keys of the etcd API.
    public static final byte KV = 'k';

    /// What the server itself keeps in the replicated state.
    public static final byte SYSTEM = 's';

    private static final Key KV_END = Key.copyOf((byte) (KV + 1));

    private static final KeyRange ALL_KV = new KeyRange(Key.copyOf(KV), KV_END);

    private Keyspace() {}

    /// The stored key of an etcd key.
    public static Key kv(byte[] etcdKey) {
        var bytes = new byte[etcdKey.length + 1];
        bytes[0] = KV;
        System.arraycopy(etcdKey, 0, bytes, 1, etcdKey.length);
        return Key.wrap(bytes);
    }

    /// The etcd key of a stored key.
    public static byte[] etcdKey(Key stored) {
        return Arrays.copyOfRange(stored.bytes(), 1, stored.length());
    }

    public static boolean isKv(Key stored) {
        return stored.length() > 0 && stored.bytes()[0] == KV;
    }

    /// Whether any KV key can lie in `range`.
    public static boolean overlapsKv(KeyRange range) {
        return range.overlaps(ALL_KV);
    }

    /// The exclusive end of all KV keys.
    public static Key kvEnd() {
        return KV_END;
    }
}
