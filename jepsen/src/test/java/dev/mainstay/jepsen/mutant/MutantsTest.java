package dev.mainstay.jepsen.mutant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutantsTest {

    @TempDir Path folder;

    @Test
    void theTenOfTheContract_areThere() throws IOException, CannotPlantException {
        assertThat(Mutants.ofCheckout().all())
                .extracting(Mutant::name)
                .containsExactlyInAnyOrder(
                        "stale-follower-read",
                        "ack-before-quorum",
                        "no-dedup-on-retry",
                        "validation-skipped",
                        "lost-position-on-crash",
                        "lease-expiry-by-local-clock",
                        "watch-gap-on-reconnect",
                        "read-view-before-read-index",
                        "checkpoint-names-wrong-index",
                        "non-deterministic-apply");
    }

    @Test
    void everyEdit_fitsThePresentSourcesAtExactlyOnePlace()
            throws IOException, CannotPlantException {
        var mutants = Mutants.ofCheckout();
        for (var mutant : mutants.all()) {
            assertThat(mutants.edited(mutant)).as(mutant.name()).isNotEmpty();
        }
    }

    @Test
    void everyMutant_saysHowItIsConvictedWithinFiveMinutes()
            throws IOException, CannotPlantException {
        for (var mutant : Mutants.ofCheckout().all()) {
            assertThat(mutant.workloads()).as(mutant.name()).isNotEmpty();
            assertThat(mutant.anomalies()).as(mutant.name()).isNotEmpty();
            assertThat(mutant.suggestedSeconds()).as(mutant.name()).isBetween(1, 300);
        }
    }

    @Test
    void aTextThatIsGone_isAClearError() {
        var edit = new Edit("A.java", "gone;\n", "here;\n");

        assertThatThrownBy(() -> edit.applyTo("class A {\nleft;\n}\n"))
                .isInstanceOf(CannotPlantException.class)
                .hasMessage("A.java no longer contains:\ngone;\n");
    }

    @Test
    void aTextThatIsThereTwice_isAClearError() {
        var edit = new Edit("A.java", "same;\n", "other;\n");

        assertThatThrownBy(() -> edit.applyTo("same;\nsame;\n"))
                .isInstanceOf(CannotPlantException.class)
                .hasMessage("A.java contains more than once:\nsame;\n");
    }

    @Test
    void anEdit_replacesWholeLinesOnly() throws CannotPlantException {
        var edit = new Edit("A.java", "b;\n", "c;\n");

        assertThat(edit.applyTo("a; b;\nb;\n")).isEqualTo("a; b;\nc;\n");
    }

    @Test
    void aFile_isReadAsHeadAndPatch() throws IOException, CannotPlantException {
        var file =
                write(
                        """
                        about: It breaks
                          a promise.
                        workloads: register, set
                        nemeses: kill
                        anomalies: stale-read
                        seconds: 30
                        settings: log.kept_entries=0, log.checkpoint_bytes=64KiB

                        @@ one/A.java
                         stays;
                        -goes;

                        +comes;
                        @@ two/B.java
                        -old;
                        """);

        var mutant = MutantFile.read(file);

        assertThat(mutant.name()).isEqualTo("sample");
        assertThat(mutant.about()).isEqualTo("It breaks a promise.");
        assertThat(mutant.workloads()).containsExactly("register", "set");
        assertThat(mutant.settings())
                .containsEntry("log.kept_entries", "0")
                .containsEntry("log.checkpoint_bytes", "64KiB");
        assertThat(mutant.edits())
                .isEqualTo(
                        List.of(
                                new Edit("one/A.java", "stays;\ngoes;\n\n", "stays;\n\ncomes;\n"),
                                new Edit("two/B.java", "old;\n", "")));
    }

    @Test
    void aMisspeltHead_isAClearError() throws IOException {
        var file = write("abuot: It breaks.\n\n@@ A.java\n-a\n");

        assertThatThrownBy(() -> MutantFile.read(file))
                .isInstanceOf(CannotPlantException.class)
                .hasMessageContaining("abuot");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("sample" + MutantFile.SUFFIX), text);
    }
}
