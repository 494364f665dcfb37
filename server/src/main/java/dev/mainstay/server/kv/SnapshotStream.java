package dev.mainstay.server.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.mainstay.client.proto.ResponseHeader;
import dev.mainstay.client.proto.SnapshotResponse;
import dev.mainstay.server.gateway.Gateway;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/// One download of a [SnapshotImage].
///
/// It goes out in blobs of 32 KiB, each with the number of bytes that follow; the last blob is the
/// SHA-256 of all before it, as in etcd. Runs on a virtual thread of its own that waits while the
/// client does not read; the read view is open until the end.
final class SnapshotStream {

    private static final int BLOB_BYTES = 32 * 1024;

    private final Gateway gateway;
    private final Headers headers;
    private final ServerCallStreamObserver<SnapshotResponse> call;

    /// Released whenever the client can take more, or is gone.
    private final Semaphore wake = new Semaphore(0);

    SnapshotStream(
            Gateway gateway, Headers headers, ServerCallStreamObserver<SnapshotResponse> call) {
        this.gateway = gateway;
        this.headers = headers;
        this.call = call;
    }

    /// Must be called before the service's method returns.
    void start() {
        call.setOnReadyHandler(wake::release);
        call.setOnCancelHandler(wake::release);
        Thread.ofVirtual().name("snapshot").start(this::run);
    }

    private void run() {
        boolean isAnswered = false;
        try (var view = gateway.store().openReadView()) {
            var image = new SnapshotImage(view);
            var blobs = new Blobs(headers.at(view.position().revision()), image.bytes());
            image.writeTo(blobs);
            blobs.sendChecksum();
            isAnswered = true;
            call.onCompleted();
        } catch (IOException gone) {
            isAnswered = true;
        } finally {
            if (!isAnswered) {
                call.onError(EtcdError.INTERNAL.asRuntimeException());
            }
        }
    }

    /// Cuts the image into messages. Fails when the client is gone.
    private final class Blobs extends OutputStream {

        private final ResponseHeader header;
        private final MessageDigest digest = sha256();
        private byte[] blob = new byte[BLOB_BYTES];
        private int filled;
        private long remaining;

        Blobs(ResponseHeader header, long bytes) {
            this.header = header;
            this.remaining = bytes;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            int end = offset + length;
            while (from < end) {
                int count = Math.min(end - from, BLOB_BYTES - filled);
                System.arraycopy(bytes, from, blob, filled, count);
                from += count;
                filled += count;
                if (filled == BLOB_BYTES) {
                    sendBlob();
                }
            }
        }

        private void sendBlob() throws IOException {
            var bytes = filled == BLOB_BYTES ? blob : Arrays.copyOf(blob, filled);
            digest.update(bytes);
            remaining -= bytes.length;
            blob = new byte[BLOB_BYTES];
            filled = 0;
            send(UnsafeByteOperations.unsafeWrap(bytes));
        }

        void sendChecksum() throws IOException {
            if (filled > 0) {
                sendBlob();
            }
            assert remaining == 0 : remaining + " bytes of the image were not written";
            send(UnsafeByteOperations.unsafeWrap(digest.digest()));
        }

        private void send(ByteString bytes) throws IOException {
            while (!call.isReady() && !call.isCancelled()) {
                wake.acquireUninterruptibly();
            }
            if (call.isCancelled()) {
                throw new IOException("the client is gone");
            }
            call.onNext(
                    SnapshotResponse.newBuilder()
                            .setHeader(header)
                            .setRemainingBytes(remaining)
                            .setBlob(bytes)
                            .build());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
