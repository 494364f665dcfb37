package dev.mainstay.jepsen.cluster;

import dev.mainstay.client.proto.AdminGrpc;
import dev.mainstay.client.proto.DigestRequest;
import dev.mainstay.client.proto.DigestResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The proof that Mainstay's members hold the same: their digests at one log index.
public final class Digests {

    private static final int DEADLINE_SECONDS = 20;

    private Digests() {}

    /// Waits, bounded, until all members were seen at one index; answers their digests there, which
    /// are equal or the members have diverged. The cluster should be at rest.
    public static List<DigestResponse> atOneIndex(KvCluster cluster, Duration atMost) {
        return atOneIndex(cluster.endpoints(), atMost);
    }

    /// As the other form, of the members at these gRPC addresses.
    public static List<DigestResponse> atOneIndex(List<String> endpoints, Duration atMost) {
        var found = new ArrayList<DigestResponse>();
        Await.until(
                "all members have applied the same index",
                atMost,
                () -> {
                    found.clear();
                    found.addAll(all(endpoints));
                    return found.size() == endpoints.size()
                            && found.stream().mapToLong(DigestResponse::getIndex).distinct().count()
                                    == 1;
                },
                found::toString);
        return List.copyOf(found);
    }

    /// Whether digests taken at one index are those of members that hold the same.
    public static boolean areEqual(List<DigestResponse> digests) {
        return digests.stream().distinct().count() == 1;
    }

    private static List<DigestResponse> all(List<String> endpoints) {
        var highest = 0L;
        for (var endpoint : endpoints) {
            highest = Math.max(highest, ask(endpoint, 0).map(DigestResponse::getIndex).orElse(0L));
        }
        var answers = new ArrayList<DigestResponse>();
        for (var endpoint : endpoints) {
            ask(endpoint, highest).ifPresent(answers::add);
        }
        return answers;
    }

    private static Optional<DigestResponse> ask(String endpoint, long atLeast) {
        var channel = Channels.to(endpoint);
        try {
            return Optional.of(
                    AdminGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                            .digest(DigestRequest.newBuilder().setAtLeast(atLeast).build()));
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        } finally {
            channel.shutdownNow();
        }
    }
}
