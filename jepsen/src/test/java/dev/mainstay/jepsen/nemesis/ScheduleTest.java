package dev.mainstay.jepsen.nemesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Op;
import dev.mainstay.jepsen.history.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final StillArena arena = new StillArena(3);
    private final Recorder recorder = new Recorder(_ -> {});
    private final Dream dream = new Dream();

    /// Time that passes when somebody sleeps.
    private static final class Dream implements Schedule.Time {

        long now;
        long interruptAt = Long.MAX_VALUE;

        @Override
        public long nanos() {
            return now;
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            now += duration.toNanos();
            if (now >= interruptAt) {
                throw new InterruptedException();
            }
        }
    }

    /// Kills a node by chance; fails as told.
    private record Killer(String kind, String worksOn, int takes, boolean begins, boolean heals)
            implements Nemesis {

        static Killer good(String kind) {
            return new Killer(kind, kind, 0, true, true);
        }

        @Override
        public String family() {
            return "test";
        }

        @Override
        public String about() {
            return "";
        }

        @Override
        public int takes(int nodes) {
            return takes;
        }

        @Override
        public Optional<String> obstacle(Arena arena) {
            return kind.equals("impossible") ? Optional.of("not here") : Optional.empty();
        }

        @Override
        public Fault begin(Arena arena, RandomGenerator random) throws IOException {
            var node = random.nextInt(arena.size());
            arena.kill(node);
            arena.links().orElseThrow().cut(0, 1);
            if (kind.equals("interrupted")) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting");
            }
            if (!begins) {
                throw new IOException("no");
            }
            return new Ongoing(
                    List.of(node),
                    "killed",
                    () -> {
                        if (!heals) {
                            throw new IllegalStateException("cannot");
                        }
                        arena.links().orElseThrow().heal();
                        arena.start(node);
                        return new Fault.Evidence(!kind.equals("traceless"), "seen");
                    });
        }
    }

    private Schedule.Result run(long seed, Nemesis... nemeses) throws InterruptedException {
        return new Schedule(arena, recorder, List.of(nemeses), Pace.BRISK, seed, dream).run(LONG);
    }

    private List<Op> faults() {
        return recorder.history().faults();
    }

    private void assertWhole() {
        assertThat(arena.down).isEmpty();
        assertThat(arena.cut).isEmpty();
        assertThat(faults()).allMatch(fault -> fault.completion() != null);
    }

    @Test
    void theSameSeed_givesTheSameFaults() throws InterruptedException {
        var first = run(7, Killer.good("a"), Killer.good("b"), Killer.good("c"));
        var deeds = List.copyOf(arena.deeds);
        arena.deeds.clear();

        var second = run(7, Killer.good("a"), Killer.good("b"), Killer.good("c"));

        assertThat(second).isEqualTo(first);
        assertThat(arena.deeds).isEqualTo(deeds);
        assertThat(first.problems()).isEmpty();
        assertThat(first.faults()).hasSizeGreaterThan(50);
        assertWhole();
    }

    @Test
    void anotherSeed_givesOthers() throws InterruptedException {
        var first = run(1, Killer.good("a"), Killer.good("b"));

        assertThat(run(2, Killer.good("a"), Killer.good("b"))).isNotEqualTo(first);
    }

    @Test
    void everyNemesis_hasItsTurn() throws InterruptedException {
        var all = Nemeses.standard().named(List.of("kill", "partition", "link"));

        var result =
                new Schedule(arena, recorder, all, Pace.BRISK, 3, dream).run(Duration.ofMinutes(3));

        assertThat(result.left()).containsOnlyKeys("partition/ring", "partition/bridge");
        assertThat(result.faults().stream().map(Schedule.Done::name).distinct())
                .hasSize(all.size() - 2);
        assertWhole();
    }

    @Test
    void faults_overlap_butNotOnTheSameThing_norBeyondAMinority() throws InterruptedException {
        run(
                5,
                new Killer("a", "processes", 1, true, true),
                new Killer("b", "processes", 0, true, true),
                new Killer("c", "links", 1, true, true),
                new Killer("d", "links", 0, true, true));

        var pairs = new ArrayList<String>();
        for (var one : faults()) {
            for (var other : faults()) {
                if (one.begin() < other.begin() && other.begin() < completion(one)) {
                    pairs.add(kind(one) + kind(other));
                }
            }
        }
        assertThat(pairs).isNotEmpty();
        // Of the six pairs, two work on the same and one takes two of three nodes.
        assertThat(pairs)
                .allMatch(pair -> List.of("ad", "da", "bc", "cb", "bd", "db").contains(pair));
    }

    private static String kind(Op fault) {
        return fault.function().replace("test/", "");
    }

    private static long completion(Op fault) {
        var completion = fault.completion();
        return completion == null ? Long.MAX_VALUE : completion.index();
    }

    @Test
    void aFaultThatCannotBegin_isUndone_andReported() throws InterruptedException {
        var result = run(1, new Killer("bad", "x", 0, false, true), Killer.good("good"));

        assertThat(result.problems()).isNotEmpty().allMatch(p -> p.contains("could not begin"));
        assertThat(result.faults()).allMatch(fault -> fault.name().equals("test/good"));
        assertWhole();
    }

    @Test
    void aFaultThatCannotHeal_isUndone_andReported() throws InterruptedException {
        var result = run(1, new Killer("bad", "x", 0, true, false), Killer.good("good"));

        assertThat(result.problems()).isNotEmpty().allMatch(p -> p.contains("could not heal"));
        assertThat(result.faults()).isNotEmpty();
        assertWhole();
    }

    @Test
    void aFaultWithoutTrace_isAProblem() throws InterruptedException {
        var result = run(1, Killer.good("traceless"));

        assertThat(result.problems())
                .hasSameSizeAs(result.faults())
                .allMatch(problem -> problem.contains("left no trace"));
    }

    @Test
    void anInterruptedSchedule_healsBeforeItEnds() {
        dream.interruptAt = Duration.ofSeconds(1).toNanos();
        var nemesis = new Killer("a", "x", 0, true, true);

        assertThatThrownBy(() -> run(1, nemesis)).isInstanceOf(InterruptedException.class);

        assertWhole();
    }

    @Test
    void aFaultThatIsInterruptedHalfDone_endsTheSchedule_andIsUndone() {
        var nemesis = Killer.good("interrupted");

        assertThatThrownBy(() -> run(1, nemesis)).isInstanceOf(InterruptedException.class);

        assertThat(Scene.all(arena)).allMatch(arena::isRunning);
        assertThat(faults()).hasSize(1);
    }

    @Test
    void aNodeThatEndedByItself_isAProblem_andStartedAgain() throws InterruptedException {
        var schedule = new Schedule(arena, recorder, List.of(), Pace.BRISK, 1, dream);
        arena.down.add(2);

        assertThat(schedule.run(LONG).problems()).anyMatch(p -> p.contains("n2 does not run"));
        assertWhole();
    }

    @Test
    void whatIsImpossibleHere_isLeftOut_withTheReason() throws InterruptedException {
        var result = run(1, Killer.good("impossible"), Killer.good("a"));

        assertThat(result.left()).containsEntry("test/impossible", "not here");
        assertThat(result.faults()).allMatch(fault -> fault.name().equals("test/a"));
    }

    @Test
    void faultsAreRecordedWithTheirProof() throws InterruptedException {
        run(1, Killer.good("a"));

        assertThat(recorder.history().events()).allMatch(event -> event.process() == Event.NEMESIS);
        assertThat(String.valueOf(recorder.history().events().get(1).value()))
                .contains("description=killed", "targets=[", "proven=true", "trace=seen");
    }
}
