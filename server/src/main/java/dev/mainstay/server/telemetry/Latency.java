package dev.mainstay.server.telemetry;

/// Takes durations of one kind. Any thread, never blocks, well below a microsecond.
public interface Latency {

    void record(long nanos);
}
