package dev.mainstay.server.peer;

import com.google.protobuf.UnsafeByteOperations;
import dev.mainstay.statemachine.Store;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Checkpoints of this member's state that others are fetching. Each is kept for a while after the
/// last request, so that a broken transfer can go on.
///
/// Storage threads open and close, a virtual thread per transfer reads.
public final class CheckpointShelf {

    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int CHUNK_BYTES = 1 << 18;

    private record Shelved(OpenCheckpointResponse contents, Path directory) {}

    private final Path parent;
    private final Supplier<Store> store;
    private final long bytesPerSecond;
    private final Executor eventLoop;

    /// Guarded by `this`, as the times of last use.
    private final Map<String, Shelved> shelved = new HashMap<>();

    private final Map<String, Long> usedAt = new HashMap<>();

    /// @param bytesPerSecond limit of one transfer, 0 = none
    public CheckpointShelf(
            Path parent, Supplier<Store> store, long bytesPerSecond, Executor eventLoop)
            throws IOException {
        this.parent = parent;
        this.store = store;
        this.bytesPerSecond = bytesPerSecond;
        this.eventLoop = eventLoop;
        DirectoryTree.delete(parent);
        Files.createDirectories(parent);
    }

    /// Blocking, seconds for a large state.
    OpenCheckpointResponse open(String earlier) throws IOException {
        var known = find(earlier);
        if (known.isPresent()) {
            return known.get().contents;
        }
        var name = UUID.randomUUID().toString();
        var directory = parent.resolve(name);
        var position = store.get().writeCheckpoint(directory);
        var contents =
                OpenCheckpointResponse.newBuilder()
                        .setCheckpoint(name)
                        .setIndex(position.index())
                        .setTerm(position.term());
        try (var files = Files.list(directory)) {
            for (var file : files.sorted().toList()) {
                contents.addFiles(describe(file));
            }
        }
        var checkpoint = new Shelved(contents.build(), directory);
        synchronized (this) {
            shelved.put(name, checkpoint);
            usedAt.put(name, System.nanoTime());
        }
        return checkpoint.contents;
    }

    private static CheckpointFile describe(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return CheckpointFile.newBuilder()
                    .setName(file.getFileName().toString())
                    .setBytes(channel.size())
                    .setCrc(CheckpointFetch.crc(channel))
                    .build();
        }
    }

    private synchronized Optional<Shelved> find(String name) {
        var found = Optional.ofNullable(shelved.get(name));
        if (found.isPresent()) {
            usedAt.put(name, System.nanoTime());
        }
        return found;
    }

    /// Event loop: starts a transfer on a thread of its own.
    void read(ReadCheckpointRequest request, ServerCallStreamObserver<CheckpointChunk> chunks) {
        var found = find(request.getCheckpoint());
        boolean isListed =
                found.isPresent()
                        && request.getOffset() >= 0
                        && found.get().contents.getFilesList().stream()
                                .anyMatch(f -> f.getName().equals(request.getName()));
        if (!isListed) {
            chunks.onError(
                    Status.NOT_FOUND.withDescription("no such checkpoint").asRuntimeException());
            return;
        }
        var file = found.get().directory.resolve(request.getName());
        var transfer = new Transfer(request, file, chunks);
        chunks.setOnReadyHandler(transfer::wake);
        chunks.setOnCancelHandler(transfer::wake);
        Thread.ofVirtual().name("checkpoint-transfer").start(transfer);
    }

    void close(String name) throws IOException {
        Shelved gone;
        synchronized (this) {
            gone = shelved.remove(name);
            usedAt.remove(name);
        }
        if (gone != null) {
            DirectoryTree.delete(gone.directory);
        }
    }

    /// Forgets what nobody has asked for in a while. Storage thread, now and then.
    public void tidy() throws IOException {
        long now = System.nanoTime();
        Map<String, Long> uses;
        synchronized (this) {
            uses = Map.copyOf(usedAt);
        }
        for (var use : uses.entrySet()) {
            if (now - use.getValue() > KEPT_NANOS) {
                close(use.getKey());
            }
        }
    }

    /// One file on its way.
    private final class Transfer implements Runnable {
        private final ReadCheckpointRequest request;
        private final Path file;
        private final ServerCallStreamObserver<CheckpointChunk> chunks;
        private final Object ready = new Object();

        Transfer(
                ReadCheckpointRequest request,
                Path file,
                ServerCallStreamObserver<CheckpointChunk> chunks) {
            this.request = request;
            this.file = file;
            this.chunks = chunks;
        }

        void wake() {
            synchronized (ready) {
                ready.notifyAll();
            }
        }

        @Override
        public void run() {
            try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
                channel.position(request.getOffset());
                send(channel);
                eventLoop.execute(chunks::onCompleted);
            } catch (IOException e) {
                eventLoop.execute(
                        () -> chunks.onError(Status.fromThrowable(e).asRuntimeException()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void send(FileChannel channel) throws IOException, InterruptedException {
            long started = System.nanoTime();
            long sent = 0;
            while (!chunks.isCancelled()) {
                var buffer = ByteBuffer.allocate(CHUNK_BYTES);
                if (channel.read(buffer) < 0) {
                    return;
                }
                var data = UnsafeByteOperations.unsafeWrap(buffer.flip());
                awaitReady();
                eventLoop.execute(() -> {
                    if (!chunks.isCancelled()) {
                        chunks.onNext(CheckpointChunk.newBuilder().setData(data).build());
                    }
                });
                sent += data.size();
                var _ = find(request.getCheckpoint());
                throttle(started, sent);
            }
        }

        private void awaitReady() throws InterruptedException {
            synchronized (ready) {
                while (!chunks.isReady() && !chunks.isCancelled()) {
                    ready.wait(100);
                }
            }
        }

        private void throttle(long started, long sent) throws InterruptedException {
            if (bytesPerSecond > 0) {
                long due = started + sent * 1_000 / bytesPerSecond * 1_000_000;
                long early = due - System.nanoTime();
                if (early > 0) {
                    TimeUnit.NANOSECONDS.sleep(early);
                }
            }
        }
    }
}
