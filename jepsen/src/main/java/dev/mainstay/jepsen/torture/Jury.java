package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.checker.Verdict;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.report.Judgement;
import dev.mainstay.jepsen.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Lets the checkers of all workloads judge, two workloads at a time, so that no more than two
/// histories are in memory.
final class Jury {

    private static final int AT_A_TIME = 2;

    private Jury() {}

    static List<Judgement> judge(Exhibits exhibits, List<Workload> workloads)
            throws IOException, InterruptedException {
        try (var threads = Executors.newFixedThreadPool(AT_A_TIME)) {
            var asked = new ArrayList<Future<List<Judgement>>>();
            for (var workload : workloads) {
                asked.add(threads.submit(() -> judge(exhibits, workload)));
            }
            var judgements = new ArrayList<Judgement>();
            try {
                for (var answer : asked) {
                    judgements.addAll(answer.get());
                }
            } catch (InterruptedException e) {
                threads.shutdownNow();
                throw e;
            }
            return judgements;
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e.getCause());
        }
    }

    private static List<Judgement> judge(Exhibits exhibits, Workload workload) throws IOException {
        var history = exhibits.of(workload.name());
        var judgements = new ArrayList<Judgement>();
        for (var checker : workload.checkers()) {
            long begin = System.nanoTime();
            var verdict = judge(checker, history);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            judgements.add(new Judgement(workload.name(), verdict, millis));
        }
        return judgements;
    }

    private static Verdict judge(Checker checker, History history) {
        try {
            return checker.check(history);
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            return Verdict.unknown(
                    checker.name(), "the checker failed: " + Reasons.of(e), Map.of());
        }
    }
}
