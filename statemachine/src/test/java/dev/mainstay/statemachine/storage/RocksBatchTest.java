package dev.mainstay.statemachine.storage;

import static dev.mainstay.statemachine.storage.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// Our batch must have the very bytes of RocksDB's own, whatever its version.
final class RocksBatchTest {

    private static final List<Family> FAMILIES = List.of(Family.values());

    @TempDir Path directory;

    private RocksDatabase database;
    private RocksBatch ours;
    private WriteBatch theirs;

    @BeforeEach
    void open() {
        database = RocksDatabase.open(directory, RocksSettings.DEFAULT, false);
        ours = new RocksBatch(database.ids());
        theirs = new WriteBatch();
    }

    @AfterEach
    void close() {
        theirs.close();
        database.lifetime.close();
    }

    @Test
    void emptyBatch_isTheSame() throws RocksDBException {
        assertThat(ours.serialized()).isEqualTo(theirs.data());
    }

    @Test
    void everyRecord_inEveryFamily_isTheSame() throws RocksDBException {
        for (var family : Family.values()) {
            putBoth(family, bytes("key"), bytes("value"));
            deleteBoth(family, bytes("key"));
            deleteRangeBoth(family, bytes("a"), bytes("b"));
        }

        assertThat(ours.serialized()).isEqualTo(theirs.data());
        assertThat(ours.count()).isEqualTo(theirs.count());
        assertThat(ours.bytes()).isEqualTo(theirs.getDataSize());
    }

    @Test
    void lengthsAroundEachStepOfAVarint_areTheSame() throws RocksDBException {
        for (int length : new int[] {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152}) {
            putBoth(Family.CURRENT, new byte[length], bytes("v"));
            putBoth(Family.META, bytes("k"), new byte[length]);
        }

        assertThat(ours.serialized()).isEqualTo(theirs.data());
    }

    @Test
    void aThousandRandomRecords_areTheSame_alsoInAReusedBatch() throws RocksDBException {
        var random = new SplittableRandom(3);
        for (int round = 0; round < 3; round++) {
            ours.clear();
            theirs.clear();
            for (int i = 0; i < 1000; i++) {
                var family = FAMILIES.get(random.nextInt(FAMILIES.size()));
                var key = new byte[random.nextInt(40)];
                random.nextBytes(key);
                switch (random.nextInt(3)) {
                    case 0 -> putBoth(family, key, new byte[random.nextInt(300)]);
                    case 1 -> deleteBoth(family, key);
                    default -> deleteRangeBoth(family, bytes("a"), bytes("b" + i));
                }
            }

            assertThat(ours.serialized()).isEqualTo(theirs.data());
        }
    }

    @Test
    void serialized_isUnderstoodByRocksDb() throws RocksDBException {
        ours.put(Family.CURRENT, bytes("a"), bytes("1"));
        ours.put(Family.META, bytes("b"), bytes("2"));

        try (var read = new WriteBatch(ours.serialized())) {
            assertThat(read.count()).isEqualTo(2);
            assertThat(read.hasDelete()).isFalse();
            assertThat(read.data()).isEqualTo(ours.serialized());
        }
    }

    private void putBoth(Family family, byte[] key, byte[] value) throws RocksDBException {
        ours.put(family, key, value);
        theirs.put(handle(family), key, value);
    }

    private void deleteBoth(Family family, byte[] key) throws RocksDBException {
        ours.delete(family, key);
        theirs.delete(handle(family), key);
    }

    private void deleteRangeBoth(Family family, byte[] from, byte[] to) throws RocksDBException {
        ours.deleteRange(family, from, to);
        theirs.deleteRange(handle(family), from, to);
    }

    private ColumnFamilyHandle handle(Family family) {
        return database.handle(family);
    }
}
