package dev.mainstay.jepsen.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.HistoryFile;
import dev.mainstay.jepsen.history.HistoryWriter;
import dev.mainstay.jepsen.history.Recorder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TortureCommandTest {

    @TempDir private Path home;

    private record Ran(int code, String out, String err) {

        String lastLine() {
            return out.lines().reduce("", (_, line) -> line);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "--workload bank                       | no workload bank",
                "--nemesis meteor                      | no nemesis 'meteor'",
                "--time 0                              | --time is 5 to",
                "--time soon                           | Invalid value for option '--time'",
                "--nodes 99                            | --nodes is 1 to 9, not 99",
                "--mode magic                          | --mode is relay or namespace, not magic",
                "--mutant gremlin                      | no mutant 'gremlin'",
                "--endpoints here                      | not host:port: here",
                "--endpoints a:1 --nemesis kill        | only transfer is done",
                "--endpoints a:1 --set a=b             | not with --endpoints",
                "--endpoints a:1 --mutant gremlin      | not with --endpoints",
                "--check /nowhere                      | no history.jsonl in /nowhere",
                "--out /etc                            | --out: not empty: /etc",
                "--colour                              | Unknown option: '--colour'",
            })
    void whatCannotBe_isOneClearLine_andExitCode2(String arguments, String message) {
        var ran = run(arguments.split(" ", -1));

        assertThat(ran.err()).startsWith("mainstay: ").contains(message).hasLineCount(1);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void theList_hasWorkloadsAndNemeses_withWhatStandsInTheirWay() {
        var ran = run("--list", "--nodes", "3");

        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("workloads:", "  register ", "nemeses:", "  kill/leader ")
                .containsPattern("partition/ring .*not here: ");
    }

    @Test
    void help_isPrinted() {
        assertThat(run("--help").out()).contains("--workload", "--check");
    }

    @Test
    void aValidHistory_isValid_andNothingIsWrittenToItsFolder() throws Exception {
        write(41, 41);
        var before = files();

        var ran = run("--check", home.toString());

        assertThat(ran.out()).contains("valid    register/");
        assertThat(ran.lastLine()).isEqualTo("VALID: 2 operations, 1 faults, seed unknown");
        assertThat(ran.code()).isZero();
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void aReadOfWhatNobodyWrote_isInvalid_andItsTimelineIsInTheReport() throws Exception {
        write(41, 40);
        var shown = home.resolve("shown");

        var ran = run("--check", home.toString(), "--out", shown.toString());

        assertThat(ran.lastLine()).isEqualTo("INVALID: 2 operations, 1 faults, seed unknown");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(Files.readString(shown.resolve("report.html"))).contains("read [5 40]");
        assertThat(Files.readString(shown.resolve("results.json"))).contains("\"valid\": false");
        assertThat(shown.resolve("faults.jsonl")).content().contains("kill/leader");
    }

    @Test
    void verdictsOnTheRunAsAWhole_areKept_whenItIsCheckedAgain() throws Exception {
        write(41, 41);
        Files.writeString(
                home.resolve("results.json"),
                """
                {"valid": false, "checkers": {"run/digests": {"valid": false, "outcome": "invalid",
                  "anomalies": [{"type": "diverged", "ops": [], "explanation": "n1 differs"}]}}}
                """);
        Files.writeString(home.resolve("test.json"), "{\"name\": \"x\", \"seed\": 17}");

        var ran = run("--check", home.toString());

        assertThat(ran.out()).contains("diverged", "n1 differs");
        assertThat(ran.lastLine()).isEqualTo("INVALID: 2 operations, 1 faults, seed 17");
        assertThat(ran.code()).isEqualTo(1);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(home)) {
            return files.sorted().toList();
        }
    }

    /// A history of one write and one read of key 5, and a fault.
    private void write(long written, long read) throws IOException {
        try (var writer = new HistoryWriter(home.resolve(HistoryFile.NAME))) {
            var recorder = new Recorder(writer);
            var fault = recorder.fault("kill/leader", null);
            var about = About.node("n1");
            var write = recorder.invoke(0, "register", "write", List.of(5L, written), about);
            recorder.ok(write, write.value(), about.at(11, 1));
            recorder.healed(fault, Map.of("proven", true, "trace", "term 1 -> 2"));
            var asked = about.withMode("strict");
            var reading = recorder.invoke(1, "register", "read", Arrays.asList(5L, null), asked);
            recorder.ok(reading, List.of(5L, read), asked.at(11, 1));
        }
    }

    private static Ran run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code =
                Main.run(
                        Arrays.stream(arguments)
                                .filter(word -> !word.isBlank())
                                .toArray(String[]::new),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
