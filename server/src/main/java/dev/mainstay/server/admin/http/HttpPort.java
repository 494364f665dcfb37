package dev.mainstay.server.admin.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.telemetry.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTP port of a node, open until [#close].
///
/// Requests run on virtual threads. GET, HEAD and OPTIONS answer alike, the latter two without a
/// body, as load balancers expect of Patroni.
public final class HttpPort implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);
    private static final String JSON = "application/json";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String SECONDS_MAX = "10";

    private final HttpServer server;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
    private final Gateway gateway;
    private final Metrics metrics;
    private final Pages pages;

    private HttpPort(NodeConfig config, Gateway gateway, Metrics metrics) throws IOException {
        this.gateway = gateway;
        this.metrics = metrics;
        this.pages = new Pages(gateway, config);
        bound(config.http().connectionsMax());
        var listen = config.listen();
        server = HttpServer.create(new InetSocketAddress(listen.host(), listen.httpPort()), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /// Opens the port. The caller closes it.
    public static HttpPort open(NodeConfig config, Gateway gateway, Metrics metrics)
            throws IOException {
        return new HttpPort(config, gateway, metrics);
    }

    /// The JDK's server takes its limits from properties, read once when its first class loads.
    private static void bound(int connections) {
        System.setProperty("jdk.httpserver.maxConnections", String.valueOf(connections));
        System.setProperty("sun.net.httpserver.maxIdleConnections", String.valueOf(connections));
        System.setProperty("sun.net.httpserver.maxReqTime", SECONDS_MAX);
        System.setProperty("sun.net.httpserver.maxRspTime", SECONDS_MAX);
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private record Answer(int status, String type, String body) {}

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            send(exchange, answer(exchange));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Without this the JDK's server drops the connection and says nothing.
            LOG.error("{} failed", exchange.getRequestURI(), e);
            throw e;
        }
    }

    private Answer answer(HttpExchange exchange) throws InterruptedException {
        var uri = exchange.getRequestURI();
        var path = uri.getPath();
        if (!isLook(exchange.getRequestMethod())) {
            return refusal(405, "only GET, HEAD and OPTIONS");
        }
        return switch (path) {
            case "/metrics" -> new Answer(200, PROMETHEUS, metrics.scrape());
            case "/patroni" -> new Answer(200, JSON, pages.node(new Health(gateway)));
            case "/cluster" -> new Answer(200, JSON, pages.cluster());
            case "/history" -> new Answer(200, JSON, "[]");
            case "/config" -> new Answer(200, JSON, "{}");
            default -> check(path, uri.getRawQuery());
        };
    }

    private Answer check(String path, @Nullable String rawQuery) {
        var check = Check.find(path);
        var query = Query.parse(rawQuery);
        if (check.isEmpty()) {
            return refusal(404, "no such path: " + path);
        }
        if (query.isEmpty()) {
            return refusal(400, "lag must be a size such as 16MB");
        }
        var health = new Health(gateway);
        boolean isYes = health.isYes(check.get(), query.get());
        return new Answer(isYes ? 200 : 503, JSON, pages.node(health));
    }

    private static boolean isLook(String method) {
        return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
    }

    private static Answer refusal(int status, String error) {
        return new Answer(status, JSON, Pages.json(Map.of("error", error)));
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        var body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (exchange.getRequestMethod().equals("GET")) {
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        } else {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(answer.status(), -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
