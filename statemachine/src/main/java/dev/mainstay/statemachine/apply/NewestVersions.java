package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.StateReader;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The newest versions of keys, those used last in memory. Apply thread.
///
/// Every write reads the version that it supersedes, and reading it from the store costs about as
/// much as writing the new one. Nothing but the transition writes these rows, so what is here is
/// what is stored: a write is taken in when its batch is written, and forgotten if it was not.
final class NewestVersions {

    private static final long BYTES_MAX = 8 << 20;
    // Larger ones cost more to keep than to read.
    private static final int VALUE_BYTES_MAX = 4 << 10;
    private static final long OVERHEAD = 160;

    private record Written(Key key, @Nullable Version version) {}

    private final StateReader stored;
    private final LinkedHashMap<Key, Version> kept = new LinkedHashMap<>(1024, 0.75f, true);
    private final List<Written> written = new ArrayList<>();
    private long bytes;

    NewestVersions(StateReader stored) {
        this.stored = stored;
    }

    /// What is stored, without what the entry under way has written.
    @Nullable Version get(Key key) {
        var known = kept.get(key);
        if (known != null) {
            return known;
        }
        var version = stored.get(key);
        if (version != null) {
            keep(key, version);
        }
        return version;
    }

    /// The batch under way writes this version, or deletes the key.
    void write(Key key, @Nullable Version version) {
        written.add(new Written(key, version));
    }

    /// The batch was written.
    void settle() {
        for (var write : written) {
            var before = kept.remove(write.key);
            if (before != null) {
                bytes -= size(write.key, before);
            }
            if (write.version != null) {
                keep(write.key, write.version);
            }
        }
        written.clear();
    }

    /// The batch was not written.
    void discard() {
        written.clear();
    }

    private void keep(Key key, Version version) {
        if (version.value().length > VALUE_BYTES_MAX) {
            return;
        }
        kept.put(key, version);
        bytes += size(key, version);
        var oldest = kept.entrySet().iterator();
        while (bytes > BYTES_MAX) {
            var entry = oldest.next();
            bytes -= size(entry.getKey(), entry.getValue());
            oldest.remove();
        }
    }

    private static long size(Key key, Version version) {
        return OVERHEAD + key.bytes().length + version.value().length;
    }
}
