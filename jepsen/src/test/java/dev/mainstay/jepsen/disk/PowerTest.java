package dev.mainstay.jepsen.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.jepsen.disk.Emulation.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process writes, the power goes: what is left?
@Timeout(60)
class PowerTest {

    private @TempDir Path folder;
    private Path directory;
    private Emulation emulation;
    private ScribeProcess scribe;

    @BeforeEach
    void start() throws IOException {
        directory = Files.createDirectory(folder.resolve("data"));
        emulation = Emulation.in(folder.resolve("disks"), 1, _ -> directory, Names.LOOSE);
        scribe = ScribeProcess.start(emulation, directory);
    }

    private void start(Names names) throws IOException {
        emulation = Emulation.in(folder.resolve("disks"), 1, _ -> directory, names);
        startScribe();
    }

    private void startScribe() throws IOException {
        scribe = ScribeProcess.start(emulation, directory);
    }

    @AfterEach
    void stop() {
        scribe.close();
    }

    private Map<String, String> losePower() throws IOException {
        emulation.disks().losePower(0);
        assertThat(scribe.isAlive()).isFalse();
        return ScribeProcess.files(directory);
    }

    @Test
    void whatWasSyncedStays_andWhatWasNotIsGone() throws IOException {
        scribe.does("append a one", "datasync a", "append a two", "append b three", "syncdir .");

        assertThat(losePower()).isEqualTo(Map.of("a", "one", "b", ""));
    }

    @Test
    void aNewFileThatWasNotSynced_isGone_evenItsName() throws IOException {
        scribe.does("append a one", "sync a", "append b two");

        assertThat(losePower()).isEqualTo(Map.of("a", "one"));
        assertThat(emulation.disks().traces(0).powerLosses()).isEqualTo(1);
        assertThat(emulation.disks().traces(0).lostFiles()).isEqualTo(1);
    }

    @Test
    void aFileThatWasSynced_keepsItsNameAndItsDirectories() throws IOException {
        scribe.does("mkdir x/y", "append x/y/a one", "sync x/y/a", "mkdir z");

        assertThat(losePower()).isEqualTo(Map.of("x/y/a", "one"));
        assertThat(directory.resolve("z")).doesNotExist();
    }

    @Test
    void aRename_isUndone_withoutASyncOfItsDirectory() throws IOException {
        scribe.does("append a one", "sync a", "rename a b");

        assertThat(losePower()).isEqualTo(Map.of("a", "one"));
    }

    @Test
    void aRename_stays_withASyncOfItsDirectory() throws IOException {
        scribe.does("append a one", "sync a", "rename a b", "syncdir .");

        assertThat(losePower()).isEqualTo(Map.of("b", "one"));
    }

    @Test
    void aReplacedFile_isBack_withoutASyncOfItsDirectory() throws IOException {
        scribe.does("append a old", "sync a", "append t new", "sync t", "rename t a");

        assertThat(losePower()).isEqualTo(Map.of("a", "old", "t", "new"));
    }

    @Test
    void aReplacedFile_isReplaced_withASyncOfItsDirectory() throws IOException {
        scribe.does("append a old", "sync a", "append t new", "sync t", "rename t a", "syncdir .");

        assertThat(losePower()).isEqualTo(Map.of("a", "new"));
    }

    @Test
    void aRemovedFile_isBack_withoutASyncOfItsDirectory() throws IOException {
        scribe.does("append a one", "sync a", "remove a");

        assertThat(losePower()).isEqualTo(Map.of("a", "one"));
    }

    @Test
    void aRemovedFile_isGone_withASyncOfItsDirectory() throws IOException {
        scribe.does("append a one", "sync a", "remove a", "syncdir .");

        assertThat(losePower()).isEmpty();
    }

    @Test
    void bytesWrittenOver_areBack() throws IOException {
        scribe.does("append a aaaa", "sync a", "put a 1 bb", "append b x", "sync b");

        assertThat(losePower()).containsEntry("a", "aaaa");
    }

    @Test
    void aTruncatedFile_isLongAgain_unlessSynced() throws IOException {
        scribe.does("append a aaaa", "sync a", "truncate a 1");
        scribe.does("append b bbbb", "sync b", "truncate b 1", "append b c", "sync b");

        assertThat(losePower()).isEqualTo(Map.of("a", "aaaa", "b", "bc"));
    }

    @Test
    void aRenamedDirectory_takesItsFilesAlong() throws IOException {
        scribe.does("mkdir x", "append x/a one", "sync x/a", "syncdir x", "syncdir .");
        scribe.does("rename x y", "syncdir .", "rename y z");

        assertThat(losePower()).isEqualTo(Map.of("y/a", "one"));
    }

    @Test
    void aFileMovedToAnotherDirectory_isInOneOfThem() throws IOException {
        scribe.does("mkdir x", "mkdir y", "append x/a one", "sync x/a", "syncdir .");
        scribe.does("rename x/a y/a", "syncdir x");

        assertThat(losePower()).isEqualTo(Map.of("y/a", "one"));
    }

    @Test
    void twoNamesOfOneFile_haveTheSameBytes() throws IOException {
        scribe.does("append a one", "sync a", "mkdir x", "link a x/b", "syncdir x", "syncdir .");

        assertThat(losePower()).isEqualTo(Map.of("a", "one", "x/b", "one"));
    }

    @Test
    void aCopy_isAsGoodAsAWrite() throws IOException {
        scribe.does("append a one", "sync a", "copy a b", "sync b", "copy a c");

        assertThat(losePower()).isEqualTo(Map.of("a", "one", "b", "one"));
    }

    @Test
    void aFileOpenedToWriteThrough_needsNoSync() throws IOException {
        scribe.does("dsync a one");

        assertThat(losePower()).isEqualTo(Map.of("a", "one"));
    }

    @Test
    void whatAKilledProcessLeftUnsynced_isNotSyncedByItsEnd() throws IOException {
        scribe.does("append a one", "sync a", "append a two", "append b three", "sync b");
        scribe.does("append b four");
        scribe.close();
        startScribe();
        assertThat(scribe.say("read a")).isEqualTo("onetwo");
        scribe.does("append b five", "sync b");

        assertThat(losePower()).isEqualTo(Map.of("a", "one", "b", "threefourfive"));
    }

    @Test
    void whatStandsThereAfterALossOfPower_isTheNewBeginning() throws IOException {
        scribe.does("append a one", "sync a", "append a two");
        assertThat(losePower()).isEqualTo(Map.of("a", "one"));
        startScribe();
        scribe.does("append a three", "sync a", "append a four");

        assertThat(losePower()).isEqualTo(Map.of("a", "onethree"));
    }

    @Test
    void anEmptiedDirectory_isANewDisk() throws IOException {
        scribe.does("append a one", "sync a");
        scribe.close();
        Files.delete(directory.resolve("a"));
        startScribe();
        scribe.does("append b two", "sync b");

        assertThat(losePower()).isEqualTo(Map.of("b", "two"));
    }

    @Test
    void onAnOrderedFileSystem_anySyncMakesAllNamesDurable() throws IOException {
        scribe.close();
        start(Names.ORDERED);
        scribe.does("append a one", "sync a", "rename a b", "append c two", "sync c", "rename b d");

        assertThat(losePower()).isEqualTo(Map.of("b", "one", "c", "two"));
    }

    @Test
    void aProcessThatWritesThroughMappedMemory_cannotLosePower() throws IOException {
        scribe.does("append a 0123456789abcdef", "map a");

        assertThatThrownBy(() -> emulation.disks().losePower(0)).hasMessageContaining("mapped");
    }

    @Test
    void whatWasToBeKeptByAFailedSync_isForgotten() throws IOException {
        scribe.does("append a one", "sync a", "append a two");
        emulation.disks().failSyncs(0, true);
        assertThat(scribe.say("sync a")).contains("Input/output error");
        emulation.disks().failSyncs(0, false);
        scribe.does("sync a");

        assertThat(losePower()).isEqualTo(Map.of("a", "one"));
    }
}
