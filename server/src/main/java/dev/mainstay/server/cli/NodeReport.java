package dev.mainstay.server.cli;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/// What a node says of itself on its HTTP port.
///
/// @param leader name of the leader, "" when it knows none
/// @param isReady it may be given work: a leader that serves, or a follower that has caught up
/// @param lag log entries that it knows to be committed and has not applied
record NodeReport(String role, String leader, boolean isReady, long term, long applied, long lag) {

    static final Optional<NodeReport> NONE = Optional.empty();

    private static final int ANSWER_MILLIS_MAX = 1_000;
    private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "::");

    /// Plain sockets: for one small answer, a client library would cost more than all the rest of
    /// the command.
    static Optional<NodeReport> ask(String listenHost, int port) {
        var host = WILDCARDS.contains(listenHost) ? "localhost" : listenHost;
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), ANSWER_MILLIS_MAX);
            socket.setSoTimeout(ANSWER_MILLIS_MAX);
            socket.getOutputStream()
                    .write(
                            ("GET /patroni HTTP/1.0\r\nHost: " + host + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int body = answer.indexOf("\r\n\r\n");
            return body < 0 ? Optional.empty() : parse(answer.substring(body + 4));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static Optional<NodeReport> parse(String body) {
        try {
            var said = ConfigFactory.parseString(body).getConfig("mainstay");
            return Optional.of(
                    new NodeReport(
                            said.getString("role"),
                            said.getString("leader"),
                            said.getBoolean("ready"),
                            said.getLong("term"),
                            said.getLong("applied"),
                            said.getLong("lag")));
        } catch (ConfigException _) {
            // Something else listens there.
            return Optional.empty();
        }
    }
}
