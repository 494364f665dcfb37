package dev.mainstay.consensus;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The smallest honest state machine: remembers every command in order, and keeps state and
/// position together in one file. Any thread.
public class CountingMachine implements StateMachine {

    private static final String FILE = "state";

    private record State(LogPosition at, List<String> commands) {}

    private final Path directory;
    private final List<String> commands = new ArrayList<>();
    private LogPosition applied = LogPosition.NONE;
    private LogPosition durable = LogPosition.NONE;
    private int installs;
    private int flushes;
    private @Nullable String poison;

    /// Opens what `directory` holds, or an empty state.
    public CountingMachine(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        if (Files.exists(directory.resolve(FILE))) {
            open(read(directory));
        }
    }

    private void open(State state) {
        commands.clear();
        commands.addAll(state.commands);
        applied = state.at;
        durable = state.at;
    }

    @Override
    public synchronized void apply(Entry entry) {
        if (entry.at().index().compareTo(applied.index()) <= 0) {
            return;
        }
        for (var command : entry.commands()) {
            var text = StandardCharsets.UTF_8.decode(command).toString();
            if (text.equals(poison)) {
                throw new IllegalStateException("cannot apply " + text);
            }
            commands.add(text);
        }
        applied = entry.at();
    }

    @Override
    public synchronized void advancedTo(LogPosition at) {
        if (at.index().compareTo(applied.index()) > 0) {
            applied = at;
        }
    }

    @Override
    public synchronized LogPosition durable() {
        return durable;
    }

    @Override
    public synchronized LogPosition flush(LogPosition at) {
        advancedTo(at);
        try {
            DurableFiles.replace(directory.resolve(FILE), bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        durable = applied;
        flushes++;
        return durable;
    }

    /// Writes a checkpoint of the present state; what [Peers#fetchCheckpoint] brings.
    public void checkpoint(Path into) throws IOException {
        byte[] bytes;
        synchronized (this) {
            bytes = bytes();
        }
        Files.createDirectories(into);
        DurableFiles.replace(into.resolve(FILE), bytes);
    }

    @Override
    public synchronized LogPosition adopt(Path fetched) throws IOException {
        var state = read(fetched);
        DurableFiles.replace(directory.resolve(FILE), Files.readAllBytes(fetched.resolve(FILE)));
        return state.at;
    }

    @Override
    public synchronized void install() {
        try {
            open(read(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        installs++;
    }

    private byte[] bytes() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeLong(applied.term());
        out.writeLong(applied.index().value());
        out.writeInt(commands.size());
        for (var command : commands) {
            out.writeUTF(command);
        }
        return bytes.toByteArray();
    }

    private static State read(Path directory) throws IOException {
        var bytes = Files.readAllBytes(directory.resolve(FILE));
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        var at = new LogPosition(in.readLong(), new LogIndex(in.readLong()));
        var commands = new ArrayList<String>();
        for (int left = in.readInt(); left > 0; left--) {
            commands.add(in.readUTF());
        }
        return new State(at, commands);
    }

    /// A command that cannot be applied.
    public synchronized void poison(String command) {
        poison = command;
    }

    public synchronized List<String> commands() {
        return List.copyOf(commands);
    }

    public synchronized boolean has(String command) {
        return commands.contains(command);
    }

    public synchronized int count() {
        return commands.size();
    }

    public synchronized LogPosition applied() {
        return applied;
    }

    public synchronized int installs() {
        return installs;
    }

    public synchronized int flushes() {
        return flushes;
    }
}
