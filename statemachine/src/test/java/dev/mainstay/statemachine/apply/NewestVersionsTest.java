package dev.mainstay.statemachine.apply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.Records;
import dev.mainstay.statemachine.mvcc.StateReader;
import dev.mainstay.statemachine.mvcc.Version;
import dev.mainstay.statemachine.storage.Family;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import org.junit.jupiter.api.Test;

class NewestVersionsTest {

    private final MemoryByteStore store = new MemoryByteStore();
    private final NewestVersions versions = new NewestVersions(new StateReader(store));

    private static Key key(int number) {
        return Key.wrap(("k" + number).getBytes(UTF_8));
    }

    private static Version version(long revision, int bytes) {
        return new Version(revision, 1, revision, 0, new byte[bytes]);
    }

    private void store(Key key, Version version) {
        var batch = store.newBatch();
        batch.put(Family.CURRENT, key.bytes(), Records.current(version));
        store.write(batch);
    }

    private void erase(Key key) {
        var batch = store.newBatch();
        batch.delete(Family.CURRENT, key.bytes());
        store.write(batch);
    }

    private void write(Key key, Version version) {
        versions.write(key, version);
        versions.settle();
    }

    private long revision(Key key) {
        var version = versions.get(key);
        return version == null ? 0 : version.modRevision();
    }

    @Test
    void aWrite_isSeen_onceItsBatchIsWritten() {
        store(key(1), version(3, 10));
        assertThat(revision(key(1))).isEqualTo(3);

        versions.write(key(1), version(4, 10));
        assertThat(revision(key(1))).isEqualTo(3);
        versions.settle();

        assertThat(revision(key(1))).isEqualTo(4);
    }

    @Test
    void aWrite_isForgotten_ifItsBatchWasNotWritten() {
        store(key(1), version(3, 10));

        versions.write(key(1), version(4, 10));
        versions.discard();
        versions.settle();

        assertThat(revision(key(1))).isEqualTo(3);
    }

    @Test
    void aDeletedKey_isReadFromTheStoreAgain() {
        write(key(1), version(3, 10));

        versions.write(key(1), null);
        versions.settle();

        assertThat(versions.get(key(1))).isNull();
    }

    @Test
    void aLargeValue_isNotKept() {
        write(key(1), version(3, 5_000));

        assertThat(versions.get(key(1))).isNull();
    }

    @Test
    void theLongestUnused_goFirst_whenTheyAreTooMany() {
        for (int i = 0; i < 4_000; i++) {
            write(key(i), version(i + 1, 4_000));
            assertThat(revision(key(0))).isEqualTo(1);
        }

        assertThat(versions.get(key(1))).isNull();
        assertThat(revision(key(3_999))).isEqualTo(4_000);
    }

    @Test
    void whatWasReadFromTheStore_isReadOnce() {
        store(key(1), version(3, 10));
        assertThat(revision(key(1))).isEqualTo(3);
        erase(key(1));

        assertThat(revision(key(1))).isEqualTo(3);
    }
}
