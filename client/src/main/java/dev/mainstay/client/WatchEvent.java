package dev.mainstay.client;

import dev.mainstay.client.proto.Event;
import org.jspecify.annotations.Nullable;

/// One change of one key.
///
/// @param entry the key as it is now; after a delete only its key and `modRevision` mean something
/// @param previous what it held before; null when it did not exist, nobody asked, or it was
///   compacted
public record WatchEvent(Kind kind, KeyValue entry, @Nullable KeyValue previous) {

    public enum Kind {
        PUT,
        DELETE
    }

    static WatchEvent of(Event wire) {
        return new WatchEvent(
                wire.getType() == Event.EventType.DELETE ? Kind.DELETE : Kind.PUT,
                KeyValue.of(wire.getKv()),
                wire.hasPrevKv() ? KeyValue.of(wire.getPrevKv()) : null);
    }
}
