package dev.mainstay.jepsen.cluster;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RangeRequest;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Plain puts and strict reads over etcd's API at one node, without retries. Blocks its caller.
public final class KeyValues implements AutoCloseable {

    private static final int PAGE = 1_000;
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final ManagedChannel channel;
    private final Duration timeout;

    public KeyValues(String endpoint) {
        this(endpoint, DEADLINE);
    }

    /// @param timeout of each call
    public KeyValues(String endpoint, Duration timeout) {
        channel = Channels.to(endpoint);
        this.timeout = timeout;
    }

    /// The put's revision.
    public long put(String key, String value) {
        var request =
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build();
        return stub().put(request).getHeader().getRevision();
    }

    public List<KeyValue> get(String key) {
        var request = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
        return stub().range(request).getKvsList();
    }

    public List<KeyValue> prefix(String prefix) {
        var all = new ArrayList<KeyValue>();
        forEach(prefix, all::add);
        return all;
    }

    /// Every entry under a prefix, in order of keys, all of one revision.
    public void forEach(String prefix, Consumer<KeyValue> entry) {
        var from = ByteString.copyFromUtf8(prefix);
        var end = ByteString.copyFromUtf8(after(prefix));
        var revision = 0L;
        while (true) {
            var page =
                    stub().range(
                                    RangeRequest.newBuilder()
                                            .setKey(from)
                                            .setRangeEnd(end)
                                            .setLimit(PAGE)
                                            .setRevision(revision)
                                            .build());
            page.getKvsList().forEach(entry);
            if (!page.getMore()) {
                return;
            }
            revision = revision == 0 ? page.getHeader().getRevision() : revision;
            var last = page.getKvs(page.getKvsCount() - 1).getKey();
            from = last.concat(ByteString.copyFrom(new byte[1]));
        }
    }

    @Override
    public void close() {
        Channels.close(channel);
    }

    private KVGrpc.KVBlockingStub stub() {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    // Prefixes here are ASCII and do not end with the last character.
    private static String after(String prefix) {
        var last = prefix.length() - 1;
        return prefix.substring(0, last) + (char) (prefix.charAt(last) + 1);
    }
}
