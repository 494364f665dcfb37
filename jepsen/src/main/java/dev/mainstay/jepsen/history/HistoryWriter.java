package dev.mainstay.jepsen.history;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A history file that grows while the run goes on: the listener of a [Recorder].
///
/// Called under the recorder's lock, closed by whoever ends the run. A crash of the suite loses at
/// most [#FLUSH_EVENTS] events or those of [#FLUSH_NANOS].
public final class HistoryWriter implements Consumer<Event>, AutoCloseable {

    private static final int FLUSH_EVENTS = 256;
    private static final long FLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /// Above this a finished file is packed.
    private static final long PLAIN_BYTES_MAX = 64L << 20;

    private final Path file;
    private final long plainBytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock, all.
    private final Writer out;
    // The calls without completion, by process, which has one call at a time.
    private final TreeMap<Long, Event> open = new TreeMap<>();
    private long nextIndex;
    private long lastNanos;
    private int unflushed;
    private long flushedAt = System.nanoTime();
    private boolean isClosed;
    private @Nullable IOException broken;

    public HistoryWriter(Path file) throws IOException {
        this(file, PLAIN_BYTES_MAX);
    }

    HistoryWriter(Path file, long plainBytesMax) throws IOException {
        this.file = file;
        this.plainBytesMax = plainBytesMax;
        this.out =
                new BufferedWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8), 1 << 16);
    }

    /// Events after [#close] are dropped. A failing disk does not stop the run, it fails the
    /// closing.
    @Override
    public void accept(Event event) {
        lock.lock();
        try {
            if (!isClosed && broken == null) {
                write(event);
                remember(event);
                if (++unflushed >= FLUSH_EVENTS || System.nanoTime() - flushedAt > FLUSH_NANOS) {
                    flush();
                }
            }
        } catch (IOException e) {
            broken = e;
        } finally {
            lock.unlock();
        }
    }

    private void remember(Event event) {
        nextIndex = event.index() + 1;
        lastNanos = event.nanos();
        if (event.process() == Event.NEMESIS) {
            return;
        }
        if (event.isCompletion()) {
            open.remove(event.process());
        } else {
            open.put(event.process(), event);
        }
    }

    private void write(Event event) throws IOException {
        // A value that cannot be written throws, and must not leave half a line.
        var line = new StringWriter(256);
        EventJson.write(event, line);
        out.append(line.getBuffer()).append('\n');
    }

    // Without a flush of its own a quiet run shows its last events late; the next event, or the
    // close, brings them.
    private void flush() throws IOException {
        out.flush();
        unflushed = 0;
        flushedAt = System.nanoTime();
    }

    /// Completes every open call with an `info`, and packs a large file.
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (isClosed) {
                return;
            }
            isClosed = true;
            if (broken == null) {
                completeOpenCalls();
            }
        } finally {
            out.close();
            lock.unlock();
        }
        if (broken != null) {
            throw new IOException("the history is incomplete: " + file, broken);
        }
        HistoryFile.packIfLarge(file, plainBytesMax);
    }

    private void completeOpenCalls() throws IOException {
        for (var invoke : open.values()) {
            write(
                    new Event(
                            nextIndex++,
                            lastNanos,
                            invoke.process(),
                            Event.Type.INFO,
                            invoke.workload(),
                            invoke.function(),
                            invoke.value(),
                            new Failure(Failure.Kind.TIMEOUT, "open at the end of the run"),
                            invoke.about()));
        }
    }
}
