package dev.mainstay.server.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.server.StoreFiles;
import dev.mainstay.server.group.Loop;
import dev.mainstay.statemachine.LeaseListener;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.storage.RocksSettings;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A checkpoint on its way from one member's disk to another's.
class CheckpointTest {

    private static final RocksSettings SMALL = new RocksSettings(8 << 20, 4 << 20, 64 << 20, 64, 1);
    private static final int VALUE_BYTES = 100_000;

    @TempDir Path root;
    private final Loop loop = new Loop("loop");
    private final Wire wire = new Wire();
    private final StoreFiles files =
            new StoreFiles(SMALL, new ChangeFeed(1 << 20), LeaseListener.NONE);
    private Store store;
    private CheckpointShelf shelf;
    private Server server;
    private ManagedChannel channel;

    /// Spoils what the sender sends, as the test says, and notes what it was asked for.
    private static final class Wire implements ServerInterceptor {

        static final Object BREAK = "the connection breaks";

        private final List<Object> asked = new CopyOnWriteArrayList<>();
        private volatile UnaryOperator<Object> spoil = answer -> answer;

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            return next.startCall(
                    new SimpleForwardingServerCall<>(call) {
                        private boolean isBroken;

                        @Override
                        @SuppressWarnings("unchecked")
                        public void sendMessage(A message) {
                            var spoilt = isBroken ? BREAK : spoil.apply(message);
                            if (!spoilt.equals(BREAK)) {
                                super.sendMessage((A) spoilt);
                            } else if (!isBroken) {
                                isBroken = true;
                                super.close(Status.UNAVAILABLE, new Metadata());
                            }
                        }

                        @Override
                        public void close(Status status, Metadata trailers) {
                            if (!isBroken) {
                                super.close(status, trailers);
                            }
                        }
                    },
                    headers);
        }

        List<ReadCheckpointRequest> reads() {
            return asked.stream()
                    .filter(ReadCheckpointRequest.class::isInstance)
                    .map(ReadCheckpointRequest.class::cast)
                    .toList();
        }
    }

    private final class Sender extends PeerGrpc.PeerImplBase {

        @Override
        public void openCheckpoint(
                OpenCheckpointRequest request, StreamObserver<OpenCheckpointResponse> answer) {
            wire.asked.add(request);
            try {
                answer.onNext(shelf.open(request.getCheckpoint()));
                answer.onCompleted();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void readCheckpoint(
                ReadCheckpointRequest request, StreamObserver<CheckpointChunk> answer) {
            wire.asked.add(request);
            shelf.read(request, (ServerCallStreamObserver<CheckpointChunk>) answer);
        }

        @Override
        public void closeCheckpoint(
                CloseCheckpointRequest request, StreamObserver<CloseCheckpointResponse> answer) {
            wire.asked.add(request);
            try {
                shelf.close(request.getCheckpoint());
                answer.onNext(CloseCheckpointResponse.getDefaultInstance());
                answer.onCompleted();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @BeforeEach
    void start() throws IOException {
        store = files.open(root.resolve("db"), () -> {});
        var random = new Random(1);
        for (int i = 1; i <= 20; i++) {
            var value = new byte[VALUE_BYTES];
            random.nextBytes(value);
            apply(i, value);
        }
        shelf = new CheckpointShelf(root.resolve("outgoing"), () -> store, 0, loop);
        var name = UUID.randomUUID().toString();
        server =
                InProcessServerBuilder.forName(name)
                        .executor(loop)
                        .intercept(wire)
                        .addService(new Sender())
                        .build()
                        .start();
        channel = InProcessChannelBuilder.forName(name).build();
    }

    private void apply(int number, byte[] value) {
        var key = Keyspace.kv(new byte[] {(byte) number});
        var step = new KvOp.Put(key, value, 0, false, false, false);
        var put = new Command.KvTxn(new TxnId(1, number), 1, List.of(), List.of(step), List.of());
        var bytes = ByteBuffer.wrap(CommandCodec.encode(put));
        var _ = store.apply(number, 1, number, List.of(bytes), _ -> false);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
        loop.close();
        store.close();
    }

    private Path into() {
        return root.resolve("incoming");
    }

    private void fetch() throws IOException, InterruptedException {
        new CheckpointFetch(PeerGrpc.newBlockingStub(channel), 1, into()).run();
    }

    private void assertSameState() throws IOException {
        assertThat(files.verify(into())).isEqualTo(store.position());
        try (var copy = files.open(into(), () -> {})) {
            assertThat(copy.digest()).isEqualTo(store.digest());
        }
        assertThat(loop.failures()).isEmpty();
    }

    private static CheckpointChunk chunk(Object answer) {
        return (CheckpointChunk) answer;
    }

    private UnaryOperator<Object> once(UnaryOperator<CheckpointChunk> change, int atChunk) {
        var seen = new int[1];
        return answer ->
                answer instanceof CheckpointChunk && ++seen[0] == atChunk
                        ? change.apply(chunk(answer))
                        : answer;
    }

    /// Once, after two chunks of it.
    private UnaryOperator<Object> breakInTheLargestFile() {
        var largest = new AtomicReference<>("");
        var chunks = new AtomicInteger();
        return answer -> {
            if (answer instanceof OpenCheckpointResponse opened) {
                opened.getFilesList().stream()
                        .max(Comparator.comparingLong(CheckpointFile::getBytes))
                        .ifPresent(f -> largest.set(f.getName()));
                return answer;
            }
            boolean isOfLargest =
                    answer instanceof CheckpointChunk
                            && wire.reads().getLast().getName().equals(largest.get());
            return isOfLargest && chunks.incrementAndGet() == 3 ? Wire.BREAK : answer;
        };
    }

    @Test
    void aCheckpoint_arrivesWhole_andIsClosedAtTheSender() throws Exception {
        fetch();

        assertSameState();
        assertThat(wire.asked.getLast()).isInstanceOf(CloseCheckpointRequest.class);
        try (var left = Files.list(root.resolve("outgoing"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aTransferThatBreaks_goesOnInTheMiddleOfItsFile() throws Exception {
        wire.spoil = breakInTheLargestFile();
        assertThatThrownBy(this::fetch).isInstanceOf(IOException.class);
        int before = wire.reads().size();
        var broken = wire.reads().getLast();
        apply(21, new byte[10]);
        var later = store.position();

        fetch();

        var again = wire.reads().subList(before, wire.reads().size());
        assertThat(again.getFirst().getCheckpoint()).isEqualTo(broken.getCheckpoint());
        assertThat(again.getFirst().getName()).isEqualTo(broken.getName());
        assertThat(again.getFirst().getOffset()).isPositive();
        assertThat(files.verify(into()).index()).isEqualTo(later.index() - 1);
    }

    @Test
    void aDamagedChunk_isRefused_andItsFileFetchedAnew() throws Exception {
        wire.spoil =
                once(
                        c -> {
                            var bytes = c.getData().toByteArray();
                            bytes[bytes.length / 2] ^= 1;
                            return c.toBuilder().setData(ByteString.copyFrom(bytes)).build();
                        },
                        3);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("arrived damaged");

        fetch();

        assertSameState();
    }

    @Test
    void aChunkThatGetsLost_isNoticed() throws Exception {
        wire.spoil = once(_ -> CheckpointChunk.getDefaultInstance(), 3);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("arrived damaged");

        fetch();

        assertSameState();
    }

    @Test
    void whatTheSenderHasForgotten_isFetchedFromTheBeginning() throws Exception {
        wire.spoil = breakInTheLargestFile();
        assertThatThrownBy(this::fetch).isInstanceOf(IOException.class);
        shelf.close(wire.reads().getFirst().getCheckpoint());
        Files.writeString(into().resolve("left-over"), "of the other checkpoint");
        apply(21, new byte[10]);

        fetch();

        assertThat(into().resolve("left-over")).doesNotExist();
        assertSameState();
    }

    @Test
    void aFileOutsideOfTheCheckpoint_isNotWritten() {
        wire.spoil =
                answer ->
                        answer instanceof OpenCheckpointResponse opened
                                ? opened.toBuilder()
                                        .addFiles(0, CheckpointFile.newBuilder().setName("../evil"))
                                        .build()
                                : answer;

        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("outside of itself");
        assertThat(root.resolve("evil")).doesNotExist();
    }

    @Test
    void whoAsksForWhatIsNotThere_isRefused_andTheOthersAreServed() throws Exception {
        var opened = shelf.open("");
        var file = opened.getFiles(0).getName();
        var good =
                ReadCheckpointRequest.newBuilder()
                        .setCheckpoint(opened.getCheckpoint())
                        .setName(file)
                        .build();

        assertRefused(good.toBuilder().setName("../db/CURRENT").build());
        assertRefused(good.toBuilder().setCheckpoint("none").build());
        assertRefused(good.toBuilder().setOffset(-1).build());

        fetch();
        assertSameState();
    }

    private void assertRefused(ReadCheckpointRequest request) {
        var chunks = PeerGrpc.newBlockingStub(channel).readCheckpoint(request);
        assertThatThrownBy(chunks::hasNext)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    }

    /// The sender's disk has rotted: its files' checksums are those of rotten bytes.
    @Test
    void aCheckpointThatWasDamagedBeforeItWasSent_isRefused_andEndsNobody() throws Exception {
        fetch();
        Path table;
        try (var names = Files.list(into())) {
            table = names.filter(f -> f.toString().endsWith(".sst")).findFirst().orElseThrow();
        }
        var bytes = Files.readAllBytes(table);
        bytes[bytes.length / 3] ^= 1;
        Files.write(table, bytes);

        assertThatThrownBy(() -> files.verify(into()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the checkpoint is damaged");
    }

    @Test
    void nothing_isNoCheckpoint() throws Exception {
        Files.createDirectories(into());

        assertThatThrownBy(() -> files.verify(into())).isInstanceOf(IOException.class);
    }
}
