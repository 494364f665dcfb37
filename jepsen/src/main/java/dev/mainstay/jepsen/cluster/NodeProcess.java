package dev.mainstay.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// One operating system process, by its id: signals to it and what `/proc` says about it.
public record NodeProcess(long pid) {

    private static final Duration DEATH = Duration.ofSeconds(10);
    // USER_HZ; the same on every architecture that Linux runs on today.
    private static final long TICKS_PER_SECOND = 100;
    // Fields of `stat` after the program's name.
    private static final int STATE = 0;
    private static final int THREADS = 17;
    private static final int START_TICKS = 19;
    private static final String LISTENING = "0A";

    /// The process that listens on a TCP port of this machine, if there is one and it is ours to
    /// see.
    public static OptionalLong listeningOn(int port) {
        var sockets = listeningSockets(port);
        if (sockets.isEmpty()) {
            return OptionalLong.empty();
        }
        return ProcessHandle.allProcesses()
                .mapToLong(ProcessHandle::pid)
                .filter(pid -> hasOneOf(pid, sockets))
                .findFirst();
    }

    public boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false) && !isZombie();
    }

    /// `kill -9`; returns when the process is gone, also if interrupted: a process that is about to
    /// go would be taken for one that runs.
    public void kill() {
        killWithoutWaiting();
        Await.patiently("process %d is gone".formatted(pid), DEATH, () -> !isAlive());
    }

    /// `kill -9`; the signal has been sent when this returns.
    public void killWithoutWaiting() {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    /// SIGTERM, which a paused process hears only once it runs again.
    public void terminate() throws IOException {
        signal("TERM");
        signal("CONT");
    }

    public void pause() throws IOException {
        signal("STOP");
    }

    public void resume() throws IOException {
        signal("CONT");
    }

    /// Whether it is stopped by a signal.
    public boolean isPaused() {
        try {
            return statFields()[STATE].equals("T");
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /// A text that no other process with this id has, before or after: when it was started, in
    /// ticks since the machine was, and which start of the machine that was. Empty if it is gone.
    public Optional<String> birth() {
        try {
            return Optional.of(
                    statFields()[START_TICKS]
                            + "@"
                            + Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip());
        } catch (UncheckedIOException | IOException e) {
            return Optional.empty();
        }
    }

    /// Processor time that it has used so far, in user and kernel mode.
    public Duration cpu() {
        var fields = statFields();
        var ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
    }

    public long residentBytes() throws IOException {
        for (var line : Files.readAllLines(proc("status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS for process " + pid);
    }

    public int openFiles() throws IOException {
        var count = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc("fd"))) {
            for (var _ : entries) {
                count++;
            }
        }
        return count;
    }

    private void signal(String name) throws IOException {
        var ran =
                Command.run(List.of("kill", "-" + name, Long.toString(pid)), Duration.ofSeconds(5));
        if (!ran.succeeded()) {
            throw new IOException("cannot send SIG%s to %d: %s".formatted(name, pid, ran.err()));
        }
    }

    // A killed child of this very process stays in the table until the JVM has reaped it. But the
    // first thread of a process that dies can be a zombie while others end, and until they have,
    // its
    // ports and locks are taken.
    private boolean isZombie() {
        try {
            var fields = statFields();
            return fields[STATE].equals("Z") && Integer.parseInt(fields[THREADS]) <= 1;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /// The fields after the program's name, which is in parentheses and may contain anything.
    private String[] statFields() {
        try {
            var stat = Files.readString(proc("stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(pid), file);
    }

    private static Set<String> listeningSockets(int port) {
        var suffix = ":%04X".formatted(port);
        var inodes = new HashSet<String>();
        for (var table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            for (var line : lines(Path.of(table))) {
                var fields = line.trim().split("\\s+", -1);
                if (fields.length > 9
                        && fields[1].endsWith(suffix)
                        && fields[3].equals(LISTENING)) {
                    inodes.add("socket:[" + fields[9] + "]");
                }
            }
        }
        return inodes;
    }

    private static Iterable<String> lines(Path table) {
        try {
            return Files.readAllLines(table);
        } catch (NoSuchFileException e) {
            return List.of(); // A kernel without IPv6.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasOneOf(long pid, Set<String> sockets) {
        var directory = Path.of("/proc", Long.toString(pid), "fd");
        try (var entries = Files.newDirectoryStream(directory)) {
            for (var entry : entries) {
                if (sockets.contains(target(entry))) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return false; // Gone meanwhile, or another user's.
        }
        return false;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
