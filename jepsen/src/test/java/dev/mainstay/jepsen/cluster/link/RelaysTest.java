package dev.mainstay.jepsen.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelaysTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    // Long enough to be sure that nothing comes.
    private static final int NEVER_MILLIS = 150;

    private final LinkTable links = new LinkTable(2);
    private Relays relays;
    private ServerSocket server;
    private int port;

    @BeforeEach
    void open() throws IOException {
        port = Ports.freeBlock(2);
        server =
                new ServerSocket(port + 1, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        relays = Relays.open(links, node -> List.of(port + node));
    }

    @AfterEach
    void close() throws IOException {
        relays.close();
        server.close();
    }

    /// Node 0 calls node 1.
    private Socket call() throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(Relays.address(0, 1), port + 1));
        socket.setSoTimeout((int) SOON.toMillis());
        return socket;
    }

    private Socket answer() throws IOException {
        server.setSoTimeout((int) SOON.toMillis());
        var socket = server.accept();
        socket.setSoTimeout((int) SOON.toMillis());
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hear(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }

    private static void assertSilent(Socket socket) throws IOException {
        socket.setSoTimeout(NEVER_MILLIS);
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout((int) SOON.toMillis());
    }

    @Test
    void bytes_passBothWays_andSoDoesTheEnd() throws IOException {
        try (var caller = call();
                var called = answer()) {
            say(caller, "hello");
            assertThat(hear(called, 5)).isEqualTo("hello");
            say(called, "world");
            assertThat(hear(caller, 5)).isEqualTo("world");

            caller.shutdownOutput();
            assertThat(called.getInputStream().read()).isEqualTo(-1);
            say(called, "!");
            called.shutdownOutput();

            assertThat(hear(caller, 2)).isEqualTo("!");
            Await.until("the relay forgets it", SOON, () -> relays.connections() == 0);
            assertThat(links.hindered(0, 1) + links.hindered(1, 0)).isZero();
        }
    }

    @Test
    void aCutLink_holdsWhatIsSaid_untilItHeals() throws IOException {
        try (var caller = call();
                var called = answer()) {
            links.cut(0, 1);
            say(caller, "he");
            assertSilent(called);
            say(called, "world");
            assertThat(hear(caller, 5)).isEqualTo("world");
            assertThat(links.hindered(0, 1)).isPositive();
            assertThat(links.hindered(1, 0)).isZero();

            links.heal();
            say(caller, "llo");

            assertThat(hear(called, 5)).isEqualTo("hello");
        }
    }

    @Test
    void answers_areTheOtherLink() throws IOException {
        try (var caller = call();
                var called = answer()) {
            links.cut(1, 0);
            say(caller, "hello");
            assertThat(hear(called, 5)).isEqualTo("hello");
            say(called, "world");
            assertSilent(caller);
            assertThat(links.hindered(1, 0)).isPositive();

            links.heal();

            assertThat(hear(caller, 5)).isEqualTo("world");
        }
    }

    @Test
    void aNewConnection_hangsWhileEitherDirectionIsCut() throws IOException {
        links.cut(1, 0);
        try (var caller = call()) {
            say(caller, "hello");
            server.setSoTimeout(NEVER_MILLIS);
            assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
            assertThat(links.hindered(1, 0)).isPositive();

            links.heal();

            try (var called = answer()) {
                assertThat(hear(called, 5)).isEqualTo("hello");
            }
        }
    }

    @Test
    void theEndOfAConnection_doesNotPassACut() throws IOException {
        try (var caller = call();
                var called = answer()) {
            links.cut(0, 1);
            say(caller, "bye");
            caller.shutdownOutput();
            assertSilent(called);

            links.heal();

            assertThat(hear(called, 4)).isEqualTo("bye");
        }
    }

    @Test
    void aDelayedLink_isLate_andKeepsTheOrder() throws IOException {
        try (var caller = call();
                var called = answer()) {
            links.delay(0, 1, Duration.ofMillis(80), Duration.ofMillis(40));
            var begin = System.nanoTime();
            for (var i = 0; i < 10; i++) {
                say(caller, Integer.toString(i));
            }

            assertThat(hear(called, 10)).isEqualTo("0123456789");
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(80));
            assertThat(links.hindered(0, 1)).isPositive();
        }
    }

    @Test
    void aLossyLink_isLate_orBreaks() throws IOException {
        links.lose(0, 1, 100);
        try (var caller = call();
                var called = answer()) {
            var begin = System.nanoTime();
            say(caller, "x");

            assertThat(hear(called, 1)).isIn("x", "");
            assertThat(links.hindered(0, 1)).isPositive();
            assertThat(System.nanoTime()).isGreaterThan(begin);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void aCallToANodeThatIsDown_isReset() throws IOException {
        server.close();

        try (var caller = call()) {
            assertThatThrownBy(() -> hear(caller, 1)).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aCutConnection_holdsALot_butNotEverything() throws Exception {
        try (var caller = call();
                var called = answer()) {
            links.cut(0, 1);
            var total = 8 << 20;
            var sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    caller.getOutputStream().write(new byte[total]);
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            });
            Await.until("much is held", SOON, () -> links.hindered(0, 1) > 20);
            links.heal();

            assertThat(called.getInputStream().readNBytes(total)).hasSize(total);
            sender.join();
        }
    }
}
