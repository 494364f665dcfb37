package dev.mainstay.jepsen.workload;

/// A worker whose step is a method of its workload. Its one thread is the only one in `step`.
///
/// @param closing what to close with it; must not throw
record SteppingWorker(double stepsPerSecond, Step action, Runnable closing) implements Worker {

    @FunctionalInterface
    interface Step {
        void run() throws InterruptedException;
    }

    SteppingWorker(double stepsPerSecond, Step action) {
        this(stepsPerSecond, action, () -> {});
    }

    @Override
    public void step() throws InterruptedException {
        action.run();
    }

    @Override
    public void close() {
        closing.run();
    }
}
