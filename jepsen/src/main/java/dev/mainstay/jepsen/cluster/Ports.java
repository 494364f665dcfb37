package dev.mainstay.jepsen.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Free TCP ports on this machine, as blocks with a common base.
public final class Ports {

    // Below the range from which the kernel takes the ports of outgoing connections.
    private static final int LOWEST = 12_000;
    private static final int HIGHEST = 31_000;
    private static final int ATTEMPTS = 200;

    private Ports() {}

    /// A base such that `base + offset` is free for each of the offsets below `size`.
    public static int freeBlock(int size) throws IOException {
        for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
            var base = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(base, size)) {
                return base;
            }
        }
        throw new IOException("no block of %d free ports".formatted(size));
    }

    private static boolean isFree(int base, int size) {
        for (var port = base; port < base + size; port++) {
            if (!isFree(port)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
