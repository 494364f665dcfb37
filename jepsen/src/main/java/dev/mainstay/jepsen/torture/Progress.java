package dev.mainstay.jepsen.torture;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// How a run is going, on one line that is written over and over; where there is no terminal, a new
/// line every ten seconds. On a virtual thread of its own.
final class Progress implements AutoCloseable {

    private static final Duration ON_TERMINAL = Duration.ofMillis(500);
    private static final Duration ELSEWHERE = Duration.ofSeconds(10);
    private static final String ERASE = "\r\u001b[K";

    private final Runner runner;
    private final PrintStream out;
    private final boolean isTerminal;
    private final long begin = System.nanoTime();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    private Progress(Runner runner, PrintStream out, boolean isTerminal) {
        this.runner = runner;
        this.out = out;
        this.isTerminal = isTerminal;
        this.thread = Thread.ofVirtual().name("progress").unstarted(this::tell);
    }

    static Progress of(Runner runner, PrintStream out) {
        var isTerminal = Optional.ofNullable(System.console()).map(Console::isTerminal);
        var progress = new Progress(runner, out, isTerminal.orElse(false));
        progress.thread.start();
        return progress;
    }

    private void tell() {
        var every = isTerminal ? ON_TERMINAL : ELSEWHERE;
        try {
            while (!stop.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
                if (isTerminal) {
                    out.print(ERASE + line());
                } else {
                    out.println(line());
                }
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String line() {
        var counts = runner.tally().counts();
        var leader = runner.leader();
        var faults = runner.tally().openFaults();
        return String.format(
                Locale.ROOT,
                "%4d s  %,d ops: %,d ok, %,d fail, %,d info  %d faults  leader %s  %s",
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
                counts.operations(),
                counts.ok(),
                counts.fail(),
                counts.info(),
                counts.faults(),
                leader.isEmpty() ? "none" : leader,
                faults.isEmpty() ? runner.phase().text() : "now " + String.join(" + ", faults));
    }

    @Override
    public void close() {
        stop.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (isTerminal) {
            out.print(ERASE);
            out.flush();
        }
    }
}
