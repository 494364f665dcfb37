package dev.mainstay.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// One process of the operating system, told from a later one with the same id by its start.
///
/// @param birth a text that no other process with this id has
record Proc(long pid, String birth) {

    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    /// What a process does at the moment.
    enum State {
        RUNNING,
        PAUSED,
        GONE
    }

    static Optional<Proc> find(long pid) {
        return birth(pid).map(birth -> new Proc(pid, birth));
    }

    static Optional<Proc> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var words = Files.readString(file).strip().split(" ", 2);
        return words.length == 2 && words[0].matches("\\d{1,10}")
                ? Optional.of(new Proc(Long.parseLong(words[0]), words[1]))
                : Optional.empty();
    }

    void write(Path file) throws IOException {
        Files.writeString(file, pid + " " + birth + "\n");
    }

    State state() {
        if (!birth(pid).equals(Optional.of(birth))) {
            return State.GONE;
        }
        return switch (field(pid, 3).orElse("R")) {
            case "Z", "X" -> isLastThread() ? State.GONE : State.RUNNING;
            case "T", "t" -> State.PAUSED;
            default -> State.RUNNING;
        };
    }

    /// A zombie is gone, though nobody has collected its exit code. But the first thread of a dying
    /// process can be one while others still end, and until they have, its ports are taken.
    private boolean isLastThread() {
        return field(pid, 20).map(threads -> Integer.parseInt(threads) <= 1).orElse(true);
    }

    boolean isAlive() {
        return state() != State.GONE;
    }

    /// Sends a signal, unless the process is gone.
    void signal(String name) throws Failure, IOException, InterruptedException {
        if (!isAlive()) {
            return;
        }
        var kill =
                new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (kill.waitFor() != 0 && isAlive()) {
            throw new Failure("cannot send SIG" + name + " to process " + pid);
        }
    }

    /// Start time in clock ticks since boot and the boot's id: unlike wall-clock times, these do
    /// not move when the clock is set. Elsewhere than on Linux, the start time must do.
    private static Optional<String> birth(long pid) {
        var ticks = field(pid, 22);
        if (ticks.isPresent()) {
            return ticks.map(t -> t + " " + boot());
        }
        return Files.exists(BOOT)
                ? Optional.empty()
                : ProcessHandle.of(pid)
                        .flatMap(p -> p.info().startInstant())
                        .map(Instant::toString);
    }

    private static String boot() {
        try {
            return Files.readString(BOOT).strip();
        } catch (IOException _) {
            return "";
        }
    }

    /// A field of `/proc/pid/stat`, numbered from 1 as in proc(5); from 3 on.
    private static Optional<String> field(long pid, int number) {
        try {
            var stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            // The second field is the command in brackets and may hold anything.
            var rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Optional.of(rest[number - 3]);
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
