package dev.mainstay.server.admin.http;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Members;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The JSON that the paths answer with: Patroni's shape, and what only we have under `mainstay`.
final class Pages {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);
    private static final Duration ASK_MAX = Duration.ofSeconds(2);

    private final Gateway gateway;
    private final NodeConfig config;
    private final Instant started = Instant.now();

    Pages(Gateway gateway, NodeConfig config) {
        this.gateway = gateway;
        this.config = config;
    }

    private static String version() {
        var packaged = Pages.class.getPackage().getImplementationVersion();
        return packaged == null ? "unpackaged" : packaged;
    }

    /// This node, as on `/patroni` and under every health check.
    String node(Health health) {
        var standing = health.standing();
        var page = new LinkedHashMap<String, Object>();
        page.put("state", health.state());
        page.put("postmaster_start_time", TIME.format(started));
        page.put("role", health.isPrimary() ? "primary" : "replica");
        page.put("xlog", xlog(health));
        page.put("timeline", standing.term());
        if (!standing.isLeader()) {
            page.put("replication_state", health.replicationState());
        }
        if (standing.leader() == null) {
            page.put("cluster_unlocked", true);
        }
        page.put("database_system_identifier", Long.toUnsignedString(gateway.clusterId()));
        page.put("patroni", Map.of("version", version(), "scope", scope(), "name", config.name()));
        page.put("mainstay", own(health));
        return json(page);
    }

    private Map<String, Object> xlog(Health health) {
        var position = gateway.store().position();
        if (health.isPrimary()) {
            return Map.of("location", position.lsn());
        }
        return Map.of(
                "received_location",
                position.lsn() + health.lagBytes(),
                "replayed_location",
                position.lsn(),
                "replayed_timestamp",
                TIME.format(Instant.EPOCH.plusNanos(position.micros() * 1_000)),
                "paused",
                false);
    }

    private Map<String, Object> own(Health health) {
        var standing = health.standing();
        var own = new LinkedHashMap<String, Object>();
        own.put("member", standing.self().toString());
        own.put("role", Words.of(standing.role()));
        own.put("leader", standing.leader() == null ? "" : standing.leader().name());
        own.put("ready", health.isReady(Query.NONE));
        own.put("term", standing.term());
        own.put("committed", standing.committed().value());
        own.put("applied", standing.applied().value());
        own.put("lag", health.lagEntries());
        own.put("revision", gateway.store().position().revision());
        own.put("staleness_ms", gateway.stalenessMillis());
        own.put("disk_full", gateway.isDiskFull());
        return own;
    }

    /// All members, as on `/cluster`. Asks the others, so it may take a moment.
    String cluster() throws InterruptedException {
        var members = new ArrayList<Map<String, Object>>();
        for (var report : gateway.members().ask(ASK_MAX)) {
            members.add(member(report));
        }
        return json(Map.of("scope", scope(), "members", members));
    }

    private static Map<String, Object> member(Members.MemberReport report) {
        var member = report.member();
        boolean isLeader = report.role().equals("leader");
        boolean isDown = report.role().equals("down");
        var page = new LinkedHashMap<String, Object>();
        page.put("name", member.id().name());
        page.put("role", isLeader ? "leader" : "quorum_standby");
        page.put("state", isDown ? "stopped" : isLeader ? "running" : "streaming");
        page.put("api_url", "http://" + member.httpAddress() + "/patroni");
        page.put("host", host(member.sqlAddress()));
        page.put("port", port(member.sqlAddress()));
        if (!isDown) {
            page.put("timeline", report.term());
        }
        if (!isLeader) {
            // Patroni's word for a lag that nobody knows.
            page.put("lag", isDown ? "unknown" : report.lag());
        }
        return page;
    }

    static String json(Map<String, Object> page) {
        return ConfigValueFactory.fromMap(page).render(ConfigRenderOptions.concise());
    }

    static String json(List<Object> page) {
        return ConfigValueFactory.fromIterable(page).render(ConfigRenderOptions.concise());
    }

    private String scope() {
        return HexFormat.of().toHexDigits(gateway.clusterId());
    }

    private static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}
