package dev.mainstay.jepsen.disk;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// A process that writes files, one command a line, as it is told on its standard input. Answers a
/// line to each.
final class Scribe {

    private final Path directory;
    private final Map<String, FileChannel> open = new HashMap<>();

    private Scribe(Path directory) {
        this.directory = directory;
    }

    static void main(String[] arguments) throws IOException {
        var scribe = new Scribe(Path.of(arguments[0]));
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = scribe.obey(line.split(" ", -1));
            } catch (IOException e) {
                answer = String.valueOf(e.getMessage());
            }
            System.out.println(answer);
        }
    }

    private String obey(String[] words) throws IOException {
        switch (words[0]) {
            case "append" -> append(words[1], words[2]);
            case "put" -> put(words[1], Integer.parseInt(words[2]), words[3]);
            case "truncate" -> channel(words[1]).truncate(Integer.parseInt(words[2]));
            case "sync" -> channel(words[1]).force(true);
            case "datasync" -> channel(words[1]).force(false);
            case "syncdir" -> syncDirectory(words[1]);
            case "mkdir" -> Files.createDirectories(directory.resolve(words[1]));
            case "rename" ->
                    Files.move(
                            directory.resolve(words[1]),
                            directory.resolve(words[2]),
                            StandardCopyOption.ATOMIC_MOVE);
            case "remove" -> Files.delete(directory.resolve(words[1]));
            case "link" ->
                    Files.createLink(directory.resolve(words[2]), directory.resolve(words[1]));
            case "copy" -> Files.copy(directory.resolve(words[1]), directory.resolve(words[2]));
            case "dsync" -> writeThrough(words[1], words[2]);
            case "map" -> map(words[1]);
            case "forget" -> open.clear(); // Names may stand for other files now.
            case "read" -> {
                return Files.readString(directory.resolve(words[1]));
            }
            case "space" -> {
                return Long.toString(Files.getFileStore(directory).getUsableSpace());
            }
            case "clocks" -> {
                return "%d %d %d"
                        .formatted(
                                System.currentTimeMillis(),
                                Instant.now().toEpochMilli(),
                                System.nanoTime());
            }
            case "park" -> {
                var before = System.nanoTime();
                LockSupport.parkNanos(Duration.ofMillis(Long.parseLong(words[1])).toNanos());
                return Long.toString(Duration.ofNanos(System.nanoTime() - before).toMillis());
            }
            case "parkuntil" -> {
                var before = System.nanoTime();
                LockSupport.parkUntil(System.currentTimeMillis() + Long.parseLong(words[1]));
                return Long.toString(Duration.ofNanos(System.nanoTime() - before).toMillis());
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "ok";
    }

    private FileChannel channel(String name) throws IOException {
        var known = open.get(name);
        if (known != null) {
            return known;
        }
        var channel =
                FileChannel.open(
                        directory.resolve(name),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        open.put(name, channel);
        return channel;
    }

    private void append(String name, String text) throws IOException {
        var channel = channel(name);
        channel.position(channel.size());
        write(channel, text);
    }

    private void put(String name, int at, String text) throws IOException {
        var _ = channel(name).write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), at);
    }

    private void writeThrough(String name, String text) throws IOException {
        try (var channel =
                FileChannel.open(
                        directory.resolve(name),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DSYNC)) {
            write(channel, text);
        }
    }

    private static void write(FileChannel channel, String text) throws IOException {
        var _ = channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void map(String name) throws IOException {
        var _ = channel(name).map(FileChannel.MapMode.READ_WRITE, 0, 16).put((byte) 1);
    }

    private void syncDirectory(String name) throws IOException {
        try (var channel = FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
