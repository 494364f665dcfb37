package dev.mainstay.server.kv;

import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.gateway.Gateway;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.List;

/// The etcd API of one node, all services but Watch, ready to be registered with a gRPC server that
/// runs calls on its event loop (`directExecutor`).
public final class EtcdServices {

    /// What a gRPC message may hold beyond the largest request, as in etcd.
    private static final int MESSAGE_OVERHEAD_BYTES = 512 * 1024;

    /// A part of the native memory that the process may use (`bin/jvm.options`).
    private static final long UNREAD_BYTES_MAX = 48L << 20;

    private static final long UNREAD_BYTES_PER_CONNECTION = 24L << 20;

    private final AnswerBudget answers =
            new AnswerBudget(UNREAD_BYTES_MAX, UNREAD_BYTES_PER_CONNECTION);
    private final Gateway gateway;
    private final NodeConfig.Limits limits;
    private final List<BindableService> services;

    public EtcdServices(Gateway gateway, NodeConfig.Limits limits) {
        this.gateway = gateway;
        this.limits = limits;
        this.services = services(gateway, limits);
    }

    private static List<BindableService> services(Gateway gateway, NodeConfig.Limits limits) {
        var headers = new Headers(gateway);
        var timeout = limits.requestTimeout();
        var writes = new Writes(gateway, timeout.toNanos());
        var reads = new Reads(gateway, timeout.toNanos());
        var recipes = new Recipes(gateway, writes, reads);
        return List.of(
                new KvService(gateway, limits, headers, writes, reads),
                new LeaseService(gateway, headers, writes, reads),
                new ClusterService(gateway.members(), headers, reads, timeout),
                new MaintenanceService(gateway, headers, reads, timeout),
                new AuthService(headers),
                new StoreService(gateway, limits, headers),
                new LockService(headers, writes, recipes),
                new ElectionService(gateway, headers, writes, reads, recipes));
    }

    /// The services, with the checks that come before every call.
    public List<ServerServiceDefinition> definitions() {
        var definitions = new ArrayList<ServerServiceDefinition>();
        for (var service : services) {
            definitions.add(guarded(service));
        }
        return definitions;
    }

    /// `service` with the checks that come before every call: for Watch, which is made elsewhere.
    public ServerServiceDefinition guarded(BindableService service) {
        var limited = new MessageLimit(messageBytesMax()).before(service.bindService());
        return ServerInterceptors.intercept(limited, leaderRequired(), answers);
    }

    /// The size of a gRPC message from which on this API refuses it. The server's own limit should
    /// lie above ([#transportBytesMax]): its refusal has other words.
    public int messageBytesMax() {
        return limits.requestBytesMax() + MESSAGE_OVERHEAD_BYTES;
    }

    /// What to give the server as its `maxInboundMessageSize`.
    public int transportBytesMax() {
        return Math.toIntExact(Math.min(2L * messageBytesMax(), Integer.MAX_VALUE));
    }

    /// Turns away calls that want a member with a leader while there is none.
    public ServerInterceptor leaderRequired() {
        return new LeaderRequired(gateway);
    }
}
