package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.workload.Site;
import dev.mainstay.jepsen.workload.Worker;
import dev.mainstay.jepsen.workload.Workload;
import java.util.List;
import java.util.Queue;

/// One worker that notes what it is asked to do.
///
/// @param diary gets `begin`, `step`, `close` and `finish`
record FakeWorkload(String name, Queue<String> diary, Runnable inStep) implements Workload {

    @Override
    public String about() {
        return "nothing";
    }

    @Override
    public void begin(Site site) {
        diary.add("begin");
    }

    @Override
    public List<Worker> workers(Site site) {
        return List.of(
                new Worker() {
                    @Override
                    public void step() {
                        diary.add("step");
                        inStep.run();
                        var process = site.recorder().newProcess();
                        var call =
                                site.recorder().invoke(process, name, "do", 1L, About.node("n1"));
                        site.recorder().ok(call, 1L, About.node("n1"));
                    }

                    @Override
                    public double stepsPerSecond() {
                        return 100;
                    }

                    @Override
                    public void close() {
                        diary.add("close");
                    }
                });
    }

    @Override
    public void finish(Site site) {
        diary.add("finish");
    }

    @Override
    public List<Checker> checkers() {
        return List.of();
    }
}
