package dev.mainstay.server.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.mainstay.client.proto.AuthGrpc;
import dev.mainstay.client.proto.ClusterGrpc;
import dev.mainstay.client.proto.DeleteRangeRequest;
import dev.mainstay.client.proto.ElectionGrpc;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.LeaseGrantRequest;
import dev.mainstay.client.proto.LeaseGrpc;
import dev.mainstay.client.proto.LockGrpc;
import dev.mainstay.client.proto.MaintenanceGrpc;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.PutResponse;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RangeResponse;
import dev.mainstay.client.proto.ResponseHeader;
import dev.mainstay.server.config.NodeConfig;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// The etcd API over a [FakeGateway], called through gRPC as clients call it.
final class EtcdFixture implements AutoCloseable {

    static final NodeConfig.Limits LIMITS =
            new NodeConfig.Limits(1_536 * 1_024, 128, Duration.ofSeconds(5), 100);

    final FakeGateway gateway = new FakeGateway();
    private final Server server;
    final ManagedChannel channel;

    EtcdFixture() {
        var services = new EtcdServices(gateway, LIMITS);
        var builder =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .maxInboundMessageSize(services.transportBytesMax())
                        .directExecutor();
        services.definitions().forEach(builder::addService);
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        channel =
                NettyChannelBuilder.forAddress("localhost", server.getPort())
                        .usePlaintext()
                        .maxInboundMessageSize(64 << 20)
                        .build();
    }

    KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel);
    }

    LeaseGrpc.LeaseBlockingStub lease() {
        return LeaseGrpc.newBlockingStub(channel);
    }

    ClusterGrpc.ClusterBlockingStub cluster() {
        return ClusterGrpc.newBlockingStub(channel);
    }

    MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
        return MaintenanceGrpc.newBlockingStub(channel);
    }

    AuthGrpc.AuthBlockingStub auth() {
        return AuthGrpc.newBlockingStub(channel);
    }

    LockGrpc.LockFutureStub lock() {
        return LockGrpc.newFutureStub(channel);
    }

    ElectionGrpc.ElectionFutureStub election() {
        return ElectionGrpc.newFutureStub(channel);
    }

    PutResponse put(String key, String value) {
        return kv().put(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build());
    }

    RangeResponse get(String key) {
        return kv().range(RangeRequest.newBuilder().setKey(bytes(key)).build());
    }

    long delete(String key) {
        return kv().deleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(key)).build())
                .getDeleted();
    }

    long grant(long lease) {
        return lease().leaseGrant(LeaseGrantRequest.newBuilder().setID(lease).setTTL(60).build())
                .getID();
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /// The answer as etcd's JSON gateway shows it, without the numbers of cluster and member.
    static String json(Message answer) {
        var header = answer.getDescriptorForType().findFieldByName("header");
        var shown = answer.toBuilder();
        if (answer.hasField(header)) {
            shown.setField(
                    header,
                    ((ResponseHeader) answer.getField(header))
                            .toBuilder().clearClusterId().clearMemberId().build());
        }
        try {
            return JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .omittingInsignificantWhitespace()
                    .print(shown);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /// Code and text of the error that `call` ends with.
    static String error(Runnable call) {
        try {
            call.run();
            return "no error";
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode().value() + " " + e.getStatus().getDescription();
        }
    }

    /// Waits until `condition` holds.
    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("did not come true within 10 s");
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
        try {
            server.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        gateway.close();
    }
}
