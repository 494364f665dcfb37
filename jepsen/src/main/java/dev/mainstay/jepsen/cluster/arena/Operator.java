package dev.mainstay.jepsen.cluster.arena;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.AdminGrpc;
import dev.mainstay.client.proto.ChangeMembersRequest;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.MemberStatus;
import dev.mainstay.client.proto.MembersRequest;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.TransferRequest;
import dev.mainstay.jepsen.cluster.Channels;
import dev.mainstay.jepsen.cluster.Standing;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// What an operator asks of nodes, each time over a new connection. Blocks its caller.
final class Operator {

    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration TRANSFER = Duration.ofSeconds(3);
    private static final Duration CHANGE = Duration.ofSeconds(10);

    private Operator() {}

    /// How each node sees itself, asked side by side, in order of the endpoints.
    static List<Optional<Standing>> standings(List<String> endpoints) {
        return each(endpoints, Standing::of);
    }

    /// Whether each node answers a strict read.
    static List<Boolean> serve(List<String> endpoints) {
        return each(endpoints, Operator::serves);
    }

    private static boolean serves(String endpoint) {
        var anything = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("arena")).build();
        return ask(
                        endpoint,
                        channel ->
                                KVGrpc.newBlockingStub(channel)
                                        .withDeadlineAfter(ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                                        .range(anything))
                .isPresent();
    }

    /// Full members, as the node knows them; empty if it does not answer.
    static List<MemberStatus> members(String endpoint) {
        return ask(
                        endpoint,
                        channel ->
                                admin(channel, ANSWER).members(MembersRequest.getDefaultInstance()))
                .map(answer ->
                        answer.getMembersList().stream().filter(m -> !m.getPending()).toList())
                .orElse(List.of());
    }

    /// Whether leadership was handed over to the member with this name.
    static boolean transfer(String endpoint, String name) {
        var request =
                TransferRequest.newBuilder()
                        .setTarget(name)
                        .setTimeoutMillis(TRANSFER.toMillis())
                        .build();
        return ask(endpoint, c -> admin(c, TRANSFER.plusSeconds(3)).transfer(request)).isPresent();
    }

    /// Whether the member is no longer one.
    static boolean remove(String endpoint, MemberStatus member) {
        var id = member.getName() + "." + HexFormat.of().toHexDigits(member.getId());
        var request =
                ChangeMembersRequest.newBuilder()
                        .setRemove(id)
                        .setTimeoutMillis(CHANGE.toMillis())
                        .build();
        var channel = Channels.to(endpoint);
        try {
            var _ = admin(channel, CHANGE.plusSeconds(3)).changeMembers(request);
            return true;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() == Status.Code.NOT_FOUND;
        } finally {
            channel.shutdownNow();
        }
    }

    private static AdminGrpc.AdminBlockingStub admin(ManagedChannel channel, Duration atMost) {
        return AdminGrpc.newBlockingStub(channel)
                .withDeadlineAfter(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static <T> Optional<T> ask(String endpoint, Function<ManagedChannel, T> question) {
        var channel = Channels.to(endpoint);
        try {
            return Optional.of(question.apply(channel));
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        } finally {
            channel.shutdownNow();
        }
    }

    private static <T> List<T> each(List<String> endpoints, Function<String, T> question) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var asked = new ArrayList<Future<T>>();
            for (var endpoint : endpoints) {
                asked.add(threads.submit(() -> question.apply(endpoint)));
            }
            var answers = new ArrayList<T>();
            for (var answer : asked) {
                answers.add(answer.get());
            }
            return answers;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking", e);
        }
    }
}
