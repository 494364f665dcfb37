package dev.mainstay.jepsen.workload;

/// One client of a workload, driven by one thread.
public interface Worker extends AutoCloseable {

    /// Does one call (or one small, bounded story of calls) and records it. Throws only when
    /// interrupted: a call that fails is part of the history.
    void step() throws InterruptedException;

    /// How often [#step] should run at most, per second; the runner waits in between.
    double stepsPerSecond();

    @Override
    void close();
}
