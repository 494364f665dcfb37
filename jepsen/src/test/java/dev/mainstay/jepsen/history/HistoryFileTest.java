package dev.mainstay.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryFileTest {

    @TempDir Path directory;

    private Path file() {
        return directory.resolve(HistoryFile.NAME);
    }

    @Test
    void lines_haveTheFieldsThatOtherCheckersRead() throws IOException {
        var read =
                new Event(
                        17,
                        123,
                        3,
                        Event.Type.OK,
                        "register",
                        "read",
                        List.of(4L, 5L),
                        null,
                        new About("n2", "bounded:500", 991, 4, 2));
        var failure = new Failure(Failure.Kind.NOT_SENT, "no way");
        var write = call(18, Event.Type.FAIL, Arrays.asList("k", null), failure);

        HistoryFile.write(file(), new History(List.of(read, write)));

        assertThat(Files.readAllLines(file()))
                .containsExactly(
                        "{\"index\":17,\"time\":123,\"process\":3,\"type\":\"ok\","
                                + "\"workload\":\"register\",\"f\":\"read\",\"value\":[4,5],"
                                + "\"node\":\"n2\",\"mode\":\"bounded:500\",\"rev\":991,"
                                + "\"term\":4,\"attempts\":2}",
                        "{\"index\":18,\"time\":18,\"process\":0,\"type\":\"fail\","
                                + "\"workload\":\"register\",\"f\":\"write\",\"value\":"
                                + "[\"k\",null],"
                                + "\"error\":{\"class\":\"not-sent\",\"msg\":\"no way\"}}");
    }

    @Test
    void faults_areWrittenAsPairsOfInfo_andReadAsBeginAndEnd() throws IOException {
        var recorder = new Recorder(event -> {});
        var kill = recorder.fault("kill", 1L);
        var pause = recorder.fault("pause", 2L);
        recorder.healed(kill, "term 1 -> 2");

        HistoryFile.write(file(), recorder.history());

        assertThat(Files.readAllLines(file()))
                .allMatch(line -> line.contains("\"process\":\"nemesis\",\"type\":\"info\""));
        var read = HistoryFile.read(file());
        assertThat(read).isEqualTo(recorder.history());
        assertThat(read.faults()).extracting(fault -> fault.invoke()).containsExactly(kill, pause);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsWritten_isReadBack(long seed) throws IOException {
        Recorder recorder;
        try (var writer = new HistoryWriter(file())) {
            recorder = new Recorder(writer);
            new RandomHistory(new SplittableRandom(seed), recorder).record(2_000);
        }

        var recorded = recorder.history();
        var read = HistoryFile.read(file());
        int size = recorded.events().size();
        assertThat(read.events().subList(0, size)).isEqualTo(recorded.events());
        assertThat(read.ops()).allMatch(op -> op.completion() != null);
        assertThat(read.ops().stream().filter(Op::isOk).toList())
                .isEqualTo(recorded.ops().stream().filter(Op::isOk).toList());
        assertThat(read.faults()).isEqualTo(recorded.faults());
    }

    @Test
    void openCalls_getAnInfoAtTheEnd() throws IOException {
        var recorder = new Recorder(event -> {});
        var open =
                recorder.invoke(recorder.newProcess(), "register", "write", 1L, About.node("n1"));
        var done = recorder.invoke(recorder.newProcess(), "register", "write", 2L, About.NOTHING);
        recorder.ok(done, 2L, About.NOTHING);

        HistoryFile.write(file(), recorder.history());

        var last = HistoryFile.read(file()).events().getLast();
        assertThat(last.type()).isEqualTo(Event.Type.INFO);
        assertThat(last.index()).isEqualTo(3);
        assertThat(last.process()).isEqualTo(open.process());
        assertThat(last.value()).isEqualTo(1L);
        assertThat(last.about()).isEqualTo(open.about());
    }

    @Test
    void aLargeFile_isPacked_andFoundUnderItsPlainName() throws IOException {
        Recorder recorder;
        try (var writer = new HistoryWriter(file(), 1_000)) {
            recorder = new Recorder(writer);
            new RandomHistory(new SplittableRandom(1), recorder).record(100);
        }

        assertThat(file()).doesNotExist();
        assertThat(directory.resolve("history.jsonl.gz")).exists();
        assertThat(HistoryFile.read(file()).events())
                .startsWith(recorder.history().events().toArray(Event[]::new));
        assertThat(HistoryFile.read(directory.resolve("history.jsonl.gz")))
                .isEqualTo(HistoryFile.read(file()));
    }

    @Test
    void workloads_haveFilesOfTheirOwn_withTheSameLines() throws IOException {
        var recorder = new Recorder(event -> {});
        new RandomHistory(new SplittableRandom(7), recorder).record(500);
        HistoryFile.write(file(), recorder.history());

        var files = HistoryFile.split(directory);

        assertThat(files).hasSize(3);
        var all = HistoryFile.read(file());
        for (var workload : List.of("register", "append", "watch")) {
            var filtered = directory.resolve("history-" + workload + ".jsonl");
            assertThat(HistoryFile.read(filtered)).isEqualTo(all.of(workload));
            assertThat(Files.readAllLines(file())).containsAll(Files.readAllLines(filtered));
        }
    }

    @Test
    void aTornLastLine_isLeftOut_butNotOneInTheMiddle() throws IOException {
        var whole = call(0, Event.Type.INVOKE, 1L, null);
        HistoryFile.write(file(), new History(List.of(whole, call(1, Event.Type.OK, 1L, null))));
        Files.writeString(file(), "{\"index\":2,\"ti", StandardOpenOption.APPEND);

        assertThat(HistoryFile.read(file()).events()).hasSize(2);

        Files.writeString(file(), "\n{}\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> HistoryFile.read(file()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("history.jsonl:3");
    }

    @Test
    void eventsAfterTheClose_areDropped() throws IOException {
        var writer = new HistoryWriter(file());
        writer.close();

        writer.accept(call(0, Event.Type.INVOKE, 1L, null));
        writer.close();

        assertThat(file()).isEmptyFile();
    }

    @Test
    void whatIsFlushed_survivesWithoutAClose() throws IOException {
        try (var writer = new HistoryWriter(file())) {
            var recorder = new Recorder(writer);
            new RandomHistory(new SplittableRandom(3), recorder).record(2_000);

            int recorded = recorder.history().events().size();
            assertThat(HistoryFile.read(file()).events()).hasSizeGreaterThan(recorded - 1_000);
        }
    }

    @Test
    void aValueThatWouldChangeItsType_isRefused() throws IOException {
        try (var writer = new HistoryWriter(file())) {
            assertThatThrownBy(() -> writer.accept(call(0, Event.Type.INVOKE, 1, null)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Event call(
            long index, Event.Type type, @Nullable Object value, @Nullable Failure failure) {
        return new Event(index, index, 0, type, "register", "write", value, failure, About.NOTHING);
    }
}
