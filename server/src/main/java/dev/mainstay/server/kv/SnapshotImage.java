package dev.mainstay.server.kv;

import com.google.protobuf.CodedOutputStream;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.mvcc.Version;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The content of a snapshot: the KV space and the leases of one read view.
///
/// ```
/// 8 bytes   "MNSTKV01"
/// 8 bytes   revision                    numbers are big-endian
/// 8 bytes   number of leases
/// 8 bytes   number of keys
/// n times   lease id, granted seconds   8 bytes each
/// m times   length (varint), mvccpb.KeyValue, in key order
/// padding   zeros up to a multiple of 512
/// ```
///
/// A checksum of 32 bytes follows it on the wire. The padding is for `etcdctl snapshot save`, which
/// believes that there is one when the size is 32 more than a multiple of 512. Confined to the
/// thread that writes.
final class SnapshotImage {

    static final String MAGIC = "MNSTKV01";

    private static final int HEADER_BYTES = 32;
    private static final int LEASE_BYTES = 16;
    private static final int SECTOR_BYTES = 512;
    private static final KeyRange ALL = new KeyRange(Key.copyOf(Keyspace.KV), Keyspace.kvEnd());

    private final ReadView view;
    private final long revision;
    private final List<ReadView.LeaseState> leases;
    private long keys;
    private long unpadded;

    /// Walks the view once, to know the size: every part of the stream says how much will follow.
    SnapshotImage(ReadView view) {
        this.view = view;
        this.revision = view.position().revision();
        this.leases = view.leases();
        this.unpadded = HEADER_BYTES + (long) LEASE_BYTES * leases.size();
        view.scan(
                ALL,
                revision,
                false,
                (key, version) -> {
                    int bytes = keyValue(key, version).getSerializedSize();
                    unpadded += CodedOutputStream.computeUInt32SizeNoTag(bytes) + bytes;
                    keys++;
                    return true;
                });
    }

    long bytes() {
        return (unpadded + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    }

    /// Writes it all, or up to the first failure of `stream`.
    void writeTo(OutputStream stream) throws IOException {
        var out = new DataOutputStream(stream);
        out.write(MAGIC.getBytes(StandardCharsets.US_ASCII));
        out.writeLong(revision);
        out.writeLong(leases.size());
        out.writeLong(keys);
        for (var lease : leases) {
            out.writeLong(lease.id());
            out.writeLong(lease.ttlSeconds());
        }
        writeKeys(stream);
        out.write(new byte[(int) (bytes() - unpadded)]);
    }

    private void writeKeys(OutputStream stream) throws IOException {
        var failure = new IOException[1];
        view.scan(
                ALL,
                revision,
                false,
                (key, version) -> {
                    try {
                        keyValue(key, version).writeDelimitedTo(stream);
                        return true;
                    } catch (IOException e) {
                        failure[0] = e;
                        return false;
                    }
                });
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    private static KeyValue keyValue(Key key, Version version) {
        return KvResponses.keyValue(KvResponses.etcdKey(key), version, false);
    }
}
