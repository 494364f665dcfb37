package dev.mainstay.statemachine.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/// An open RocksDB with all that belongs to it. Any thread.
///
/// Whoever makes a native call does so inside a use of [#lifetime], or of something that is itself
/// such a use.
final class RocksDatabase {

    private final RocksOptions options;
    private final Runnable gone;

    private final PerFamily<ColumnFamilyHandle> handles;
    private final PerFamily<Integer> ids;

    final Lifetime lifetime = new Lifetime("store", this::free);
    final RocksDB rocks;

    /// For reads of the newest state; never changed, hence shared.
    final ReadOptions newest = new ReadOptions();

    /// For every write.
    final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);

    private RocksDatabase(
            RocksOptions options, RocksDB rocks, List<ColumnFamilyHandle> handles, Runnable gone) {
        this.options = options;
        this.gone = gone;
        this.rocks = rocks;
        var handle = handles.iterator();
        this.handles = new PerFamily<>(_ -> handle.next());
        ids = new PerFamily<>(family -> handle(family).getID());
    }

    static RocksDatabase open(Path directory, RocksSettings settings, boolean readOnly) {
        return open(directory, settings, readOnly, () -> {});
    }

    /// @param gone runs when all is freed, on the thread that frees it
    static RocksDatabase open(
            Path directory, RocksSettings settings, boolean readOnly, Runnable gone) {
        if (readOnly && !Files.exists(directory.resolve("CURRENT"))) {
            // RocksDB would make the directory.
            throw new StorageFailure("there is no store in " + directory);
        }
        var options = new RocksOptions(settings);
        try {
            var handles = new ArrayList<ColumnFamilyHandle>();
            var path = directory.toString();
            if (readOnly) {
                // Else the image would get a journal file of RocksDB's.
                options.database.setLogger(options.silentLogger());
                var rocks = RocksDB.openReadOnly(options.database, path, options.families, handles);
                return new RocksDatabase(options, rocks, handles, gone);
            }
            Files.createDirectories(directory);
            var rocks = RocksDB.open(options.database, path, options.families, handles);
            return new RocksDatabase(options, rocks, handles, gone);
        } catch (RocksDBException e) {
            options.close();
            throw failure("cannot open the store in " + directory, e);
        } catch (IOException e) {
            options.close();
            throw new StorageFailure("cannot open the store in " + directory + ": " + e, e);
        }
    }

    /// RocksDB's reason on the same line.
    static StorageFailure failure(String what, RocksDBException e) {
        var reason = String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
        return new StorageFailure(what + ": " + reason, e);
    }

    ColumnFamilyHandle handle(Family family) {
        return handles.of(family);
    }

    List<ColumnFamilyHandle> handles() {
        return handles.all();
    }

    /// RocksDB's numbers of the families.
    PerFamily<Integer> ids() {
        return ids;
    }

    long cacheBytes() {
        return options.cache.getUsage();
    }

    // The order matters: what refers to something is freed before it.
    private void free() {
        newest.close();
        unlogged.close();
        for (var handle : handles.all()) {
            handle.close();
        }
        rocks.close();
        options.close();
        gone.run();
    }
}
