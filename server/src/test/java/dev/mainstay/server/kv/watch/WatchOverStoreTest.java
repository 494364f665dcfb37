package dev.mainstay.server.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.Event;
import dev.mainstay.statemachine.MvccStore;
import dev.mainstay.statemachine.StoreSettings;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Watches over the real store, whose feed keeps little in memory.
class WatchOverStoreTest {

    private static final int FEED_BYTES = 16 << 10;

    private final ChangeFeed feed = new ChangeFeed(FEED_BYTES);
    private final MvccStore store =
            MvccStore.open(new MemoryByteStore(), feed, StoreSettings.DEFAULT);
    private final WatchRig rig = new WatchRig(feed, WatchRig.QUICK);
    private long index;

    @AfterEach
    void close() {
        rig.close();
        store.close();
    }

    private void apply(Command command) {
        var encoded = List.of(ByteBuffer.wrap(CommandCodec.encode(command)));
        var _ = store.apply(++index, 1, index, encoded, _ -> false);
    }

    private TxnId id() {
        return new TxnId(0, (1L << TxnId.COUNTER_BITS) + index);
    }

    private void write(KvOp... ops) {
        apply(new Command.KvTxn(id(), revision(), List.of(), List.of(ops), List.of()));
    }

    private long revision() {
        return store.position().revision();
    }

    private static KvOp put(String key, String value) {
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        return new KvOp.Put(key(key), bytes, 0, false, false, false);
    }

    private static KvOp delete(String key) {
        return new KvOp.Delete(KeyRange.only(key(key)), false);
    }

    private static Key key(String key) {
        return Keyspace.kv(key.getBytes(StandardCharsets.UTF_8));
    }

    /// From any start, in memory or long ago, while writes run: everything, once, in order.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void watchesFromAnyStart_missNothing(long seed) {
        var random = new SplittableRandom(seed);
        var streams = new ArrayList<TestStream>();
        var starts = new ArrayList<Long>();
        for (int i = 0; i < 1_500; i++) {
            write(put("a" + i % 7, "value " + i), put("b", "x".repeat(random.nextInt(50))));
            if (random.nextInt(30) == 0) {
                long start = random.nextLong(2, revision() + 1);
                var stream = rig.stream();
                stream.createPrefix("a", create -> create.setStartRevision(start).setPrevKv(true));
                streams.add(stream);
                starts.add(start);
            }
        }
        assertThat(streams).hasSizeGreaterThan(10);
        for (int s = 0; s < streams.size(); s++) {
            var expected = new ArrayList<String>();
            for (long revision = starts.get(s); revision <= revision(); revision++) {
                expected.add("a" + (revision - 2) % 7 + "@" + revision);
            }
            var story = streams.get(s).awaitStory(0, expected.size());
            assertThat(story).isEqualTo(expected);
            streams.get(s).events(0).forEach(WatchOverStoreTest::assertPreviousIsTheOneBefore);
        }
    }

    private static void assertPreviousIsTheOneBefore(Event event) {
        long revision = event.getKv().getModRevision();
        assertThat(event.getKv().getValue().toStringUtf8()).isEqualTo("value " + (revision - 2));
        assertThat(event.getPrevKv().getModRevision()).isEqualTo(revision < 9 ? 0 : revision - 7);
    }

    @Test
    void compaction_endsWatchesBelowIt_andOnlyThose() {
        var synced = rig.stream();
        synced.create("a");
        synced.awaitResponse(0);
        for (int i = 0; i < 500; i++) {
            write(put("a", "value " + i));
        }
        write(delete("a"));
        synced.awaitStory(0, 501);
        apply(new Command.Compact(id(), revision(), 400));
        while (store.collectGarbage()) {
            // All of it.
        }
        var stream = rig.stream();
        stream.create("a", create -> create.setStartRevision(399));
        stream.create("a", create -> create.setStartRevision(400));
        stream.create("a", create -> create.setStartRevision(-1));

        assertThat(stream.awaitStory(1, 103)).startsWith("a@400").endsWith("-a@502").hasSize(103);
        Await.until(
                "two compactions",
                () ->
                        stream.responses().stream()
                                        .filter(r -> r.getCompactRevision() == 400)
                                        .count()
                                == 2);
        assertThat(stream.story(0)).isEmpty();
        write(put("a", "again"));
        assertThat(synced.awaitStory(0, 502)).hasSize(502).endsWith("a@503");
    }
}
