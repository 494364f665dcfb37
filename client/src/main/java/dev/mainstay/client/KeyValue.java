package dev.mainstay.client;

import java.util.List;

/// One version of a key.
///
/// @param createRevision the revision that made the key, after it last did not exist; a fencing
///   token
/// @param modRevision the revision that wrote this version
/// @param version how often the key was written since it was made, from 1
/// @param lease the lease that the key lives with; 0 = none
public record KeyValue(
        Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {

    static KeyValue of(dev.mainstay.client.proto.KeyValue wire) {
        return new KeyValue(
                Bytes.of(wire.getKey()),
                Bytes.of(wire.getValue()),
                wire.getCreateRevision(),
                wire.getModRevision(),
                wire.getVersion(),
                wire.getLease());
    }

    static List<KeyValue> of(List<dev.mainstay.client.proto.KeyValue> wire) {
        return wire.stream().map(KeyValue::of).toList();
    }
}
