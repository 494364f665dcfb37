package dev.mainstay.statemachine.storage;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/// Loads RocksDB's native code, once per process.
///
/// Must come before any other class of RocksDB: several of them call native code when they are
/// made, without loading it first.
final class RocksLibrary {

    private RocksLibrary() {}

    static synchronized void load() {
        try {
            if (System.getenv("ROCKSDB_SHAREDLIB_DIR") == null) {
                loadUnpacked();
            }
            RocksDB.loadLibrary();
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new StorageFailure("cannot load RocksDB's native code: " + e.getMessage(), e);
        }
    }

    // RocksDB unpacks 17 MB into the temporary directory and deletes them at exit, which a killed
    // process does not reach. Once loaded the file is not needed; after the first time this does
    // nothing.
    private static void loadUnpacked() throws IOException {
        var directory = Files.createTempDirectory("rocksdb");
        try {
            NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
        } finally {
            deleteAll(directory);
        }
    }

    private static void deleteAll(Path directory) {
        var files = directory.toFile().listFiles();
        // Where a loaded file cannot be deleted, RocksDB's own deletion at exit remains.
        boolean isEmpty = files != null;
        for (var file : files == null ? new File[0] : files) {
            isEmpty &= file.delete();
        }
        if (!isEmpty || !directory.toFile().delete()) {
            directory.toFile().deleteOnExit();
        }
    }
}
