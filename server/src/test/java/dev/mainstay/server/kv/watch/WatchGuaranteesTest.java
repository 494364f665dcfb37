package dev.mainstay.server.kv.watch;

import static dev.mainstay.server.kv.watch.MemoryFeed.delete;
import static dev.mainstay.server.kv.watch.MemoryFeed.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every event, once, in order, and whole revisions: under load, with slow readers, from any start.
class WatchGuaranteesTest {

    private final MemoryFeed feed = new MemoryFeed();
    private final WatchRig rig = new WatchRig(feed, WatchRig.QUICK);

    @AfterEach
    void close() {
        rig.close();
        assertThat(feed.openCursors()).isZero();
    }

    /// Watches that start anywhere in the past while writes run see each write once, in order.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void handOver_losesAndDoublesNothing(long seed) throws InterruptedException {
        var random = new SplittableRandom(seed);
        feed.nearRevisions(random.nextInt(1, 400));
        int last = 3_000;
        var writer =
                Thread.ofVirtual()
                        .start(() -> {
                            while (feed.newest() < last) {
                                feed.write(put("a", "x"), put("b", "y"));
                            }
                        });
        var streams = new ArrayList<TestStream>();
        var starts = new ArrayList<List<Long>>();
        for (int s = 0; s < 10; s++) {
            var stream = rig.stream();
            var ofStream = new ArrayList<Long>();
            for (int w = 0; w < 10; w++) {
                long start = Math.max(2, feed.newest() + 20 - random.nextInt(600));
                ofStream.add(start);
                stream.createPrefix("a", create -> create.setStartRevision(start));
            }
            stream.askProgress();
            streams.add(stream);
            starts.add(ofStream);
        }
        writer.join();
        for (int s = 0; s < streams.size(); s++) {
            for (int w = 0; w < 10; w++) {
                long start = starts.get(s).get(w);
                var story = streams.get(s).awaitStory(w, (int) Math.max(0, last - start + 1));
                assertThat(story).isEqualTo(story("a", start, last));
            }
            assertProgressIsTrue(streams.get(s).responses());
        }
    }

    /// After a progress notice of the stream, no watch hears of a revision up to it.
    private static void assertProgressIsTrue(List<WatchResponse> responses) {
        long promised = 0;
        for (var response : responses) {
            if (response.getWatchId() == -1) {
                promised = response.getHeader().getRevision();
            }
            for (var event : response.getEventsList()) {
                assertThat(event.getKv().getModRevision()).isGreaterThan(promised);
            }
        }
    }

    @Test
    void aWatcherThatDoesNotRead_holdsNobodyUp_andMissesNothing() {
        var slow = TestStream.openWithoutReading(rig.channel());
        var quick = rig.stream();
        slow.createPrefix("a", create -> create.setPrevKv(true));
        quick.createPrefix("a", _ -> {});
        quick.awaitResponse(0);
        slow.read(1);
        slow.awaitResponse(0);
        // Twenty times what the slow stream may hold back.
        var value = "v".repeat(1_000);
        for (int i = 0; i < 1_280; i++) {
            feed.write(put("a", value));
        }

        assertThat(quick.awaitStory(0, 1_280)).isEqualTo(story("a", 2, 1_281));
        assertThat(slow.responses()).hasSize(1);
        slow.askProgress();
        slow.read(10_000);
        assertThat(slow.awaitStory(0, 1_280)).isEqualTo(story("a", 2, 1_281));
        Await.until(
                "progress", () -> slow.responses().stream().anyMatch(r -> r.getWatchId() == -1));
        assertProgressIsTrue(slow.responses());
    }

    @Test
    void aSlowWatcher_whoseRevisionsWereCompacted_isTold() {
        feed.nearRevisions(10);
        var slow = TestStream.openWithoutReading(rig.channel());
        slow.createPrefix("a", _ -> {});
        slow.read(1);
        slow.awaitResponse(0);
        var value = "v".repeat(1_000);
        for (int i = 0; i < 500; i++) {
            feed.write(put("a", value));
        }
        // The dispatcher itself must have passed the floor.
        var quick = rig.stream();
        quick.create("a", create -> create.setStartRevision(501));
        quick.awaitStory(0, 1);
        feed.compact(400);
        slow.read(10_000);

        Await.until(
                "the compaction",
                () -> slow.responses().stream().anyMatch(r -> r.getCompactRevision() == 400));
        var story = slow.story(0);
        assertThat(story).isEqualTo(story("a", 2, story.size() + 1L)).hasSizeLessThan(400);
        assertThat(slow.responses().getLast().getCanceled()).isTrue();
    }

    @Test
    void compactionDuringCatchUp_endsInACompaction_orInEverything() {
        feed.nearRevisions(5);
        for (int i = 0; i < 2_000; i++) {
            feed.write(put("a", "v".repeat(2_000)));
        }
        var streams = new ArrayList<TestStream>();
        for (int i = 0; i < 20; i++) {
            var stream = rig.stream();
            stream.create("a", create -> create.setStartRevision(2));
            streams.add(stream);
        }
        streams.getFirst().awaitStory(0, 1);
        feed.compact(1_500);

        for (var stream : streams) {
            Await.until(
                    "the end of the story",
                    () ->
                            stream.events(0).size() == 2_000
                                    || stream.responses().getLast().getCompactRevision() == 1_500);
            var story = stream.story(0);
            assertThat(story).isEqualTo(story("a", 2, story.size() + 1L));
        }
    }

    @Test
    void twoThousandWatchers_eachHearTheirOwn() {
        var streams = new ArrayList<TestStream>();
        for (int s = 0; s < 20; s++) {
            var stream = rig.stream();
            for (int w = 0; w < 100; w++) {
                var key = "s" + s + "/" + w;
                if (w % 2 == 0) {
                    stream.create(key);
                } else {
                    stream.createPrefix(key + "/", _ -> {});
                }
            }
            streams.add(stream);
        }
        for (var stream : streams) {
            stream.awaitResponses(100);
        }
        long before = System.nanoTime();
        for (int round = 0; round < 3; round++) {
            for (int s = 0; s < 20; s++) {
                for (int w = 0; w < 100; w++) {
                    feed.write(put("s" + s + "/" + w + (w % 2 == 0 ? "" : "/x"), "v"));
                }
            }
        }
        for (var stream : streams) {
            for (int w = 0; w < 100; w++) {
                assertThat(stream.awaitStory(w, 3)).hasSize(3);
            }
        }
        assertThat(System.nanoTime() - before).isLessThan(10_000_000_000L);
    }

    @Test
    void twoThousandWatchersOfOneRange_hearTheSame_alsoThoseFromThePast() {
        for (int i = 0; i < 300; i++) {
            feed.write(put("a" + i % 10, "v"));
        }
        var streams = new ArrayList<TestStream>();
        for (int s = 0; s < 20; s++) {
            var stream = rig.stream();
            for (int w = 0; w < 100; w++) {
                stream.createPrefix("a", create -> create.setStartRevision(290));
            }
            streams.add(stream);
        }
        feed.write(put("a", ""), delete("a1"), put("b", ""));

        for (var stream : streams) {
            for (int w = 0; w < 100; w++) {
                assertThat(stream.awaitStory(w, 14)).endsWith("a@302", "-a1@302").hasSize(14);
            }
        }
    }

    @Test
    void transactions_arriveWhole() {
        var stream = rig.stream();
        stream.createPrefix("a", _ -> {});
        stream.awaitResponse(0);
        for (int i = 0; i < 200; i++) {
            feed.write(put("a1", "v".repeat(3_000)), put("a2", "w"), put("b", ""), put("a3", "x"));
        }
        stream.awaitStory(0, 600);

        for (var response : stream.responses()) {
            assertThat(response.getEventsCount() % 3).isZero();
        }
    }

    @Test
    void aClientThatHangsUp_leavesNothingBehind() {
        for (int i = 0; i < 50; i++) {
            var stream = rig.stream();
            stream.createPrefix("a", create -> create.setStartRevision(1));
            stream.hangUp();
        }
        var stream = rig.stream();
        stream.create("a");
        stream.awaitResponse(0);
        feed.write(put("a", ""));

        assertThat(stream.awaitStory(0, 1)).containsExactly("a@2");
    }

    private static List<String> story(String key, long from, long to) {
        var story = new ArrayList<String>();
        for (long revision = from; revision <= to; revision++) {
            story.add(key + "@" + revision);
        }
        return story;
    }
}
