package dev.mainstay.jepsen.cluster.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// One direction of one connection. A virtual thread reads and, while nothing hinders the link,
/// writes; what has to wait goes through a second one, in order.
///
/// What is held back arrives once the link heals, as with TCP, which sends again what was lost.
final class Stream implements Runnable {

    private static final int PIECE_BYTES = 64 << 10;
    // What a kernel might hold. Small pieces count as more than they are, so their number is
    // bounded too.
    private static final int WAITING_BYTES_MAX = 4 << 20;
    private static final int PIECE_COST_MIN = 4 << 10;
    // TCP's shortest wait before it sends again.
    private static final long RESEND_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    // Of the losses, those after which a connection breaks.
    private static final int BREAKS_ONE_IN = 50;

    private final SocketChannel from;
    private final SocketChannel to;
    private final Link link;
    private final Connection connection;
    private final LinkedBlockingQueue<Piece> waiting = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(WAITING_BYTES_MAX);
    // Pieces in `waiting` or being written by its thread: at 0 the reader may write itself.
    private final AtomicInteger behind = new AtomicInteger();
    // Reader only.
    private long lastDue;
    private boolean hasWriter;

    Stream(SocketChannel from, SocketChannel to, Link link, Connection connection) {
        this.from = from;
        this.to = to;
        this.link = link;
        this.connection = connection;
    }

    private record Piece(ByteBuffer bytes, long due, boolean isEnd) {}

    @Override
    public void run() {
        try {
            var buffer = ByteBuffer.allocateDirect(PIECE_BYTES);
            while (from.read(buffer) >= 0) {
                pass(buffer.flip());
                buffer.clear();
            }
            end();
        } catch (IOException e) {
            connection.close();
        } catch (InterruptedException e) {
            connection.close();
            Thread.currentThread().interrupt();
        }
    }

    private void pass(ByteBuffer bytes) throws IOException, InterruptedException {
        var hindrance = link.now();
        if (hindrance.isNone() && behind.get() == 0) {
            write(bytes);
            return;
        }
        var delay = Link.travelNanos(hindrance);
        if (Link.isLost(hindrance)) {
            delay += RESEND_NANOS;
            if (ThreadLocalRandom.current().nextInt(BREAKS_ONE_IN) == 0) {
                link.count();
                connection.close();
                return;
            }
        }
        if (delay > 0 || hindrance.isCut()) {
            link.count();
        }
        // Never before the piece ahead: a stream has an order.
        lastDue = Math.max(lastDue, System.nanoTime() + delay);
        room.acquire(cost(bytes));
        var copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        putOff(new Piece(copy, lastDue, false));
    }

    private void end() throws IOException, InterruptedException {
        if (link.now().isNone() && behind.get() == 0) {
            connection.endOf(to);
        } else {
            putOff(new Piece(ByteBuffer.allocate(0), lastDue, true));
        }
    }

    private void putOff(Piece piece) {
        behind.incrementAndGet();
        waiting.add(piece);
        if (!hasWriter) {
            hasWriter = true;
            connection.start(this::writeWaiting);
        }
    }

    private void writeWaiting() {
        try {
            while (true) {
                var piece = waiting.take();
                sleepUntil(piece.due());
                link.awaitOpen();
                if (piece.isEnd()) {
                    connection.endOf(to);
                    return;
                }
                var cost = cost(piece.bytes());
                write(piece.bytes());
                room.release(cost);
                behind.decrementAndGet();
            }
        } catch (IOException e) {
            connection.close();
        } catch (InterruptedException e) {
            connection.close();
            Thread.currentThread().interrupt();
        }
    }

    private static int cost(ByteBuffer bytes) {
        return Math.max(PIECE_COST_MIN, bytes.remaining());
    }

    private static void sleepUntil(long due) throws InterruptedException {
        var left = due - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            var _ = to.write(bytes);
        }
    }
}
