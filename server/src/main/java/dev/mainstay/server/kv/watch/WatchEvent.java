package dev.mainstay.server.kv.watch;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.mainstay.client.proto.Event;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.statemachine.feed.Change;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.mvcc.Version;
import org.jspecify.annotations.Nullable;

/// One change of one key, shared by all watches that want it. Its wire forms are built once, on the
/// event loop; they point at the stored values instead of copying them.
final class WatchEvent {

    /// Roughly what an event costs beside its key and values.
    private static final int OVERHEAD_BYTES = 96;

    private final Change change;
    private final long revision;
    private @Nullable Event plain;
    private @Nullable Event withPrevious;

    WatchEvent(Change change, long revision) {
        this.change = change;
        this.revision = revision;
    }

    boolean isPut() {
        return change.now() != null;
    }

    long bytes(boolean previous) {
        return OVERHEAD_BYTES
                + change.key().length()
                + valueBytes(change.now())
                + (previous ? valueBytes(change.before()) : 0);
    }

    Event wire(boolean previous) {
        if (!previous || change.before() == null) {
            if (plain == null) {
                plain = build().build();
            }
            return plain;
        }
        if (withPrevious == null) {
            withPrevious = build().setPrevKv(keyValue(change.before())).build();
        }
        return withPrevious;
    }

    private Event.Builder build() {
        var now = change.now();
        if (now != null) {
            return Event.newBuilder().setKv(keyValue(now));
        }
        // A deletion names its key and its revision, nothing else.
        return Event.newBuilder()
                .setType(Event.EventType.DELETE)
                .setKv(KeyValue.newBuilder().setKey(key()).setModRevision(revision));
    }

    private KeyValue keyValue(Version version) {
        return KeyValue.newBuilder()
                .setKey(key())
                .setCreateRevision(version.createRevision())
                .setModRevision(version.modRevision())
                .setVersion(version.version())
                .setLease(version.lease())
                .setValue(UnsafeByteOperations.unsafeWrap(version.value()))
                .build();
    }

    private ByteString key() {
        return UnsafeByteOperations.unsafeWrap(Keyspace.etcdKey(change.key()));
    }

    private static long valueBytes(@Nullable Version version) {
        return version == null ? 0 : version.value().length;
    }
}
