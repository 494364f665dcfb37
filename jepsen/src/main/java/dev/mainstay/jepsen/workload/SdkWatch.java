package dev.mainstay.jepsen.workload;

import dev.mainstay.client.CompactedException;
import dev.mainstay.client.KeyRange;
import dev.mainstay.client.KeyValue;
import dev.mainstay.client.MainstayException;
import dev.mainstay.client.Watch;
import dev.mainstay.client.WatchBatch;
import dev.mainstay.client.WatchEvent;
import dev.mainstay.client.WatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A watch of the SDK, which fails over from node to node by itself. For one thread.
final class SdkWatch implements WatchSource {

    private final Place place;
    private final Watch watch;
    private final long created;
    private long upTo;

    SdkWatch(Place place, long start) throws InterruptedException {
        this.place = place;
        var options = WatchOptions.DEFAULT.startingAt(start).returningPrevious();
        watch = place.site().database().watch(KeyRange.prefix(place.root()), options);
        created = watch.token();
        upTo = created;
    }

    @Override
    public long created() {
        return created;
    }

    @Override
    public List<Signal> drain(Duration atMost) throws InterruptedException {
        List<Signal> signals = new ArrayList<>();
        try {
            for (var batch = next(atMost); batch != null; batch = next(Duration.ZERO)) {
                upTo = Math.max(upTo, batch.revision());
                signals.add(new Answer(batch.revision(), List.of(tree(batch))));
            }
            if (watch.token() > upTo) {
                upTo = watch.token();
                signals.add(new Progress(upTo));
            }
        } catch (CompactedException e) {
            signals.add(new Compacted(e.compactRevision()));
        } catch (MainstayException e) {
            signals.add(new Broken(e.toString()));
        }
        return signals;
    }

    private @Nullable WatchBatch next(Duration atMost) throws InterruptedException {
        return watch.next(atMost).orElse(null);
    }

    private Object tree(WatchBatch batch) {
        List<Object> events = new ArrayList<>();
        batch.events().forEach(event -> events.add(tree(event)));
        return Reply.tree(batch.revision(), List.copyOf(events));
    }

    private Object tree(WatchEvent event) {
        var key = event.entry().key().text();
        var name = key.startsWith(place.root()) ? key.substring(place.root().length()) : key;
        var previous = previous(event.previous());
        return switch (event.kind()) {
            case PUT ->
                    Reply.tree(
                            "put",
                            name,
                            Place.valueOf(event.entry()),
                            event.entry().createRevision(),
                            event.entry().version(),
                            previous);
            case DELETE -> Reply.tree("delete", name, 0L, 0L, 0L, previous);
        };
    }

    private static long previous(@Nullable KeyValue previous) {
        return previous == null ? 0 : Place.valueOf(previous);
    }

    @Override
    public void requestProgress() {
        watch.requestProgress();
    }

    @Override
    public void close() {
        watch.close();
    }
}
