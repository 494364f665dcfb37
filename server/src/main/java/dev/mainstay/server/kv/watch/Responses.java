package dev.mainstay.server.kv.watch;

import dev.mainstay.client.proto.ResponseHeader;
import dev.mainstay.client.proto.WatchResponse;
import dev.mainstay.server.gateway.Gateway;
import java.util.ArrayList;
import java.util.List;

/// Builds watch responses the way etcd does. Any thread.
final class Responses {

    /// The id in answers that belong to no watch.
    static final long NO_WATCH = -1;

    private final Gateway gateway;

    Responses(Gateway gateway) {
        this.gateway = gateway;
    }

    WatchResponse created(long id, long revision) {
        return response(id, revision).setCreated(true).build();
    }

    WatchResponse refused(String reason, long revision) {
        return response(NO_WATCH, revision)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason(reason)
                .build();
    }

    WatchResponse canceled(long id, long revision) {
        return response(id, revision).setCanceled(true).build();
    }

    /// etcd leaves the header's revision out of this one.
    WatchResponse compacted(long id, long floor, String reason) {
        return response(id, 0)
                .setCanceled(true)
                .setCompactRevision(floor)
                .setCancelReason(reason)
                .build();
    }

    WatchResponse progress(long id, long revision) {
        return response(id, revision).build();
    }

    /// A part as one response, or as several of at most about `fragmentBytes` for a watch that
    /// wants fragments.
    List<WatchResponse> events(Outbox.Part part, long fragmentBytes) {
        var watcher = part.watcher();
        var whole = response(watcher.id(), part.revision());
        for (var event : part.events()) {
            whole.addEvents(event.wire(watcher.wantsPrevious()));
        }
        var response = whole.build();
        if (!watcher.wantsFragments()
                || response.getEventsCount() < 2
                || response.getSerializedSize() < fragmentBytes) {
            return List.of(response);
        }
        return fragments(response, fragmentBytes);
    }

    private static List<WatchResponse> fragments(WatchResponse whole, long fragmentBytes) {
        var fragments = new ArrayList<WatchResponse>();
        var empty = whole.toBuilder().clearEvents().setFragment(true).build();
        var fragment = empty.toBuilder();
        long bytes = empty.getSerializedSize();
        for (var event : whole.getEventsList()) {
            // 6: the tag and the length before an event.
            long eventBytes = event.getSerializedSize() + 6L;
            if (fragment.getEventsCount() > 0 && bytes + eventBytes >= fragmentBytes) {
                fragments.add(fragment.build());
                fragment = empty.toBuilder();
                bytes = empty.getSerializedSize();
            }
            fragment.addEvents(event);
            bytes += eventBytes;
        }
        fragments.add(fragment.setFragment(false).build());
        return fragments;
    }

    private WatchResponse.Builder response(long id, long revision) {
        var standing = gateway.standing();
        return WatchResponse.newBuilder()
                .setHeader(
                        ResponseHeader.newBuilder()
                                .setClusterId(gateway.clusterId())
                                .setMemberId(standing.self().number())
                                .setRevision(revision)
                                .setRaftTerm(standing.term()))
                .setWatchId(id);
    }
}
