package dev.mainstay.server.kv.json;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A client's bare connection.
final class Wire implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final StringBuilder unread = new StringBuilder();

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

    /// What comes up to and with the last of the texts, which come one after the other.
    String readUntil(String... texts) throws IOException {
        int end = 0;
        for (var text : texts) {
            int from = end;
            int at;
            while ((at = unread.indexOf(text, from)) < 0) {
                from = Math.max(from, unread.length() - text.length());
                unread.append(readSome());
            }
            end = at + text.length();
        }
        var read = unread.substring(0, end);
        unread.delete(0, end);
        return read;
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
        return unread
                + new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
