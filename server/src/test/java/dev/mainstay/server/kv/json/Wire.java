package dev.mainstay.server.kv.json;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A client's bare connection.
final class Wire implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;

    Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
    }

    void send(String methodAndPath, String body, String... headers) throws IOException {
        sendRaw(request(methodAndPath, body, headers));
    }

    static String request(String methodAndPath, String body, String... headers) {
        var lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return methodAndPath
                + " HTTP/1.1\r\nHost: localhost\r\n"
                + lines
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    void sendRaw(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Reads until the texts have come, one after the other.
    String readUntil(String... texts) throws IOException {
        var all = new StringBuilder();
        int from = 0;
        for (var text : texts) {
            int at;
            while ((at = all.indexOf(text, from)) < 0) {
                from = Math.max(from, all.length() - text.length());
                all.append(readSome());
            }
            from = at + text.length();
        }
        return all.toString();
    }

    private String readSome() throws IOException {
        var buffer = new byte[8192];
        int count = socket.getInputStream().read(buffer);
        if (count < 0) {
            throw new IOException("closed by the server");
        }
        return new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
    }

    String readToEnd() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
