package dev.mainstay.server.peer;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/// Fetches another member's checkpoint into a directory, going on where an earlier attempt broke
/// off. Blocking.
final class CheckpointFetch {

    /// Beside the files: which checkpoint they belong to.
    private static final String MARK = ".checkpoint";

    private static final long OPEN_SECONDS = 60;
    private static final long FILE_MINUTES = 30;

    private final PeerGrpc.PeerBlockingStub leader;
    private final long group;
    private final Path into;

    CheckpointFetch(PeerGrpc.PeerBlockingStub leader, long group, Path into) {
        this.leader = leader;
        this.group = group;
        this.into = into;
    }

    void run() throws IOException, InterruptedException {
        try {
            Files.createDirectories(into);
            var mark = into.resolve(MARK);
            var earlier = Files.exists(mark) ? Files.readString(mark) : "";
            var opened =
                    leader.withDeadlineAfter(OPEN_SECONDS, TimeUnit.SECONDS)
                            .openCheckpoint(
                                    OpenCheckpointRequest.newBuilder()
                                            .setGroup(group)
                                            .setCheckpoint(earlier)
                                            .build());
            if (!opened.getCheckpoint().equals(earlier)) {
                clear();
                Files.writeString(mark, opened.getCheckpoint());
            }
            for (var file : opened.getFilesList()) {
                fetch(opened.getCheckpoint(), file);
            }
            Files.delete(mark);
            sync(into);
            close(opened.getCheckpoint());
        } catch (StatusRuntimeException e) {
            throw new IOException("the checkpoint could not be fetched: " + e.getStatus(), e);
        }
    }

    private void fetch(String checkpoint, CheckpointFile file)
            throws IOException, InterruptedException {
        var name = file.getName();
        if (name.contains("/") || name.startsWith(".")) {
            throw new IOException("the checkpoint names a file outside of itself: " + name);
        }
        var target = into.resolve(name);
        try (var channel =
                FileChannel.open(
                        target,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            if (channel.size() > file.getBytes()) {
                channel.truncate(0);
            }
            channel.position(channel.size());
            if (channel.size() < file.getBytes()) {
                append(checkpoint, file, channel);
            }
            if (channel.size() != file.getBytes() || crc(channel) != file.getCrc()) {
                channel.truncate(0);
                throw new IOException("the file " + name + " arrived damaged");
            }
            channel.force(true);
        }
    }

    private void append(String checkpoint, CheckpointFile file, FileChannel channel)
            throws IOException, InterruptedException {
        var chunks =
                leader.withDeadlineAfter(FILE_MINUTES, TimeUnit.MINUTES)
                        .readCheckpoint(
                                ReadCheckpointRequest.newBuilder()
                                        .setCheckpoint(checkpoint)
                                        .setName(file.getName())
                                        .setOffset(channel.position())
                                        .build());
        while (chunks.hasNext()) {
            var data = chunks.next().getData().asReadOnlyByteBuffer();
            while (data.hasRemaining()) {
                channel.write(data);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private void close(String checkpoint) {
        try {
            var _ =
                    leader.withDeadlineAfter(OPEN_SECONDS, TimeUnit.SECONDS)
                            .closeCheckpoint(
                                    CloseCheckpointRequest.newBuilder()
                                            .setCheckpoint(checkpoint)
                                            .build());
        } catch (StatusRuntimeException e) {
            // All files are here; the other member forgets the checkpoint by itself.
        }
    }

    private void clear() throws IOException {
        try (var files = Files.list(into)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    static int crc(FileChannel channel) throws IOException {
        var crc = new CRC32C();
        var buffer = ByteBuffer.allocate(1 << 18);
        channel.position(0);
        while (channel.read(buffer) >= 0) {
            crc.update(buffer.flip());
            buffer.clear();
        }
        return (int) crc.getValue();
    }

    private static void sync(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
