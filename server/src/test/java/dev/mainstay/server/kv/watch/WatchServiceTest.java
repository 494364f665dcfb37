package dev.mainstay.server.kv.watch;

import static dev.mainstay.server.kv.watch.MemoryFeed.delete;
import static dev.mainstay.server.kv.watch.MemoryFeed.put;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.Event;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.client.proto.ResponseHeader;
import dev.mainstay.client.proto.WatchCreateRequest;
import dev.mainstay.client.proto.WatchCreateRequest.FilterType;
import dev.mainstay.client.proto.WatchResponse;
import io.grpc.Status;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchServiceTest {

    private final MemoryFeed feed = new MemoryFeed();
    private final WatchRig rig = new WatchRig(feed, WatchRig.QUICK);

    @AfterEach
    void close() {
        rig.close();
        assertThat(feed.openCursors()).isZero();
    }

    private static ResponseHeader header(long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(5)
                .setMemberId(7)
                .setRevision(revision)
                .setRaftTerm(3)
                .build();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    @Test
    void aWatchIsCreated_thenHearsWhatComesAfter() {
        feed.write(put("a", "old"));
        var stream = rig.stream();
        stream.create("a");

        assertThat(stream.awaitResponse(0))
                .isEqualTo(
                        WatchResponse.newBuilder().setHeader(header(2)).setCreated(true).build());
        feed.write(put("b", "other"));
        feed.write(put("a", "new"));

        var kv =
                KeyValue.newBuilder()
                        .setKey(bytes("a"))
                        .setCreateRevision(2)
                        .setModRevision(4)
                        .setVersion(2)
                        .setValue(bytes("new"));
        assertThat(stream.awaitResponse(1))
                .isEqualTo(
                        WatchResponse.newBuilder()
                                .setHeader(header(4))
                                .addEvents(Event.newBuilder().setKv(kv))
                                .build());
    }

    @Test
    void aDeletion_namesKeyAndRevision_andThePreviousVersionIfAsked() {
        feed.write(put("a", "1"));
        var stream = rig.stream();
        stream.create("a", create -> create.setPrevKv(true));
        stream.awaitResponse(0);
        feed.write(delete("a"));

        var event = stream.awaitResponse(1).getEvents(0);
        assertThat(event.getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(event.getKv())
                .isEqualTo(KeyValue.newBuilder().setKey(bytes("a")).setModRevision(3).build());
        assertThat(event.getPrevKv().getValue()).isEqualTo(bytes("1"));
        assertThat(event.getPrevKv().getModRevision()).isEqualTo(2);
    }

    @Test
    void watchIds_arePickedFromZeroUp_orChosen_andNeverTwice() {
        var stream = rig.stream();
        stream.create("a");
        stream.create("b", create -> create.setWatchId(1));
        stream.create("c");
        stream.create("d", create -> create.setWatchId(1));

        var responses = stream.awaitResponses(4);
        assertThat(responses.stream().map(WatchResponse::getWatchId))
                .containsExactly(0L, 1L, 2L, -1L);
        assertThat(responses.getLast().getCreated()).isTrue();
        assertThat(responses.getLast().getCanceled()).isTrue();
        assertThat(responses.getLast().getCancelReason())
                .isEqualTo("mvcc: duplicate watch ID provided on the WatchStream");
    }

    @Test
    void anInvertedRange_isRefused() {
        var stream = rig.stream();
        stream.create("b", create -> create.setRangeEnd(bytes("a")));

        assertThat(stream.awaitResponse(0))
                .isEqualTo(
                        WatchResponse.newBuilder()
                                .setHeader(header(1))
                                .setWatchId(-1)
                                .setCreated(true)
                                .setCanceled(true)
                                .setCancelReason("mvcc: watcher range is empty")
                                .build());
    }

    @Test
    void ranges_areOneKey_aPrefix_fromAKeyOn_orAll() {
        var stream = rig.stream();
        stream.create("b");
        stream.createPrefix("b", _ -> {});
        stream.create("b", create -> create.setRangeEnd(bytes("\0")));
        stream.create("", create -> create.setRangeEnd(bytes("\0")));
        stream.awaitResponses(4);
        feed.write(put("a", ""), put("b", ""), put("bb", ""), put("c", ""));
        feed.writeElsewhere();

        assertThat(stream.awaitStory(3, 4)).containsExactly("a@2", "b@2", "bb@2", "c@2");
        assertThat(stream.awaitStory(2, 3)).containsExactly("b@2", "bb@2", "c@2");
        assertThat(stream.awaitStory(1, 2)).containsExactly("b@2", "bb@2");
        assertThat(stream.awaitStory(0, 1)).containsExactly("b@2");
    }

    @Test
    void anOldStart_isReplayed_fromMemoryOrFromTheStore() {
        for (int i = 0; i < 500; i++) {
            feed.write(put("a", "" + i));
        }
        var stream = rig.stream();
        stream.create("a", create -> create.setStartRevision(480));
        stream.create("a", create -> create.setStartRevision(2));

        assertThat(stream.awaitStory(0, 22)).hasSize(22).startsWith("a@480").endsWith("a@501");
        assertThat(stream.awaitStory(1, 500)).containsExactlyElementsOf(story("a", 2, 501));
    }

    @Test
    void aFutureStart_isSilentUntilThen_alsoAboutProgress() {
        var stream = rig.stream();
        stream.create("a", create -> create.setStartRevision(5).setProgressNotify(true));
        stream.askProgress();
        stream.awaitResponse(0);
        for (int i = 2; i <= 4; i++) {
            feed.write(put("a", "" + i));
        }
        // Longer than the progress interval: another watch's progress shows that time has passed.
        var other = rig.stream();
        other.create("z", create -> create.setProgressNotify(true));
        other.awaitResponses(3);
        assertThat(stream.responses()).hasSize(1);

        feed.write(put("a", "5"));

        assertThat(stream.awaitStory(0, 1)).containsExactly("a@5");
        assertThat(stream.awaitResponses(3))
                .allMatch(r -> r.getCreated() || r.getHeader().getRevision() >= 5);
    }

    @Test
    void aCompactedStart_isCreated_thenCanceledWithTheFloor() {
        for (int i = 2; i <= 14; i++) {
            feed.write(put("a", "" + i));
        }
        feed.compact(5);
        var stream = rig.stream();
        stream.create("a", create -> create.setStartRevision(2));
        stream.create("a", create -> create.setStartRevision(5));

        assertThat(stream.awaitStory(1, 10)).containsExactlyElementsOf(story("a", 5, 14));
        assertThat(stream.responses())
                .contains(
                        WatchResponse.newBuilder().setHeader(header(14)).setCreated(true).build(),
                        WatchResponse.newBuilder()
                                .setHeader(header(0))
                                .setCanceled(true)
                                .setCompactRevision(5)
                                .build());
    }

    @Test
    void aNegativeStart_isCreated_thenCanceledAsCompacted() {
        var stream = rig.stream();
        stream.create("a", create -> create.setStartRevision(-3));

        var responses = stream.awaitResponses(2);
        assertThat(responses.get(0).getCreated()).isTrue();
        assertThat(responses.get(0).getCanceled()).isFalse();
        assertThat(responses.get(1).getCanceled()).isTrue();
        assertThat(responses.get(1).getCompactRevision()).isEqualTo(1);
        assertThat(responses.get(1).getCancelReason())
                .isEqualTo("etcdserver: mvcc: required revision has been compacted");
    }

    @Test
    void filters_leaveOutPutsOrDeletions_butNotProgress() {
        var stream = rig.stream();
        stream.create("a", create -> create.addFilters(FilterType.NOPUT).setProgressNotify(true));
        stream.create("a", create -> create.addFilters(FilterType.NODELETE));
        stream.awaitResponses(2);
        feed.write(put("a", "1"));
        feed.write(delete("a"));

        assertThat(stream.awaitStory(0, 1)).containsExactly("-a@3");
        assertThat(stream.awaitStory(1, 1)).containsExactly("a@2");
        Await.until(
                "progress",
                () ->
                        stream.responses().stream()
                                .anyMatch(r ->
                                        r.getWatchId() == 0
                                                && r.getEventsCount() == 0
                                                && r.getHeader().getRevision() == 3));
    }

    @Test
    void aCanceledWatch_isConfirmed_andSilent_andAnUnknownOneIsNotAnswered() {
        var stream = rig.stream();
        stream.create("a");
        stream.cancel(9);
        stream.cancel(0);
        stream.create("b");
        var responses = stream.awaitResponses(3);
        feed.write(put("a", ""), put("b", ""));

        assertThat(responses.get(1))
                .isEqualTo(
                        WatchResponse.newBuilder().setHeader(header(1)).setCanceled(true).build());
        assertThat(responses.get(2).getWatchId()).isEqualTo(1);
        assertThat(stream.awaitStory(1, 1)).containsExactly("b@2");
        assertThat(stream.story(0)).isEmpty();
    }

    @Test
    void requestedProgress_comesAfterEverythingItSpeaksOf() {
        for (int i = 0; i < 3_000; i++) {
            feed.write(put("a", "" + i));
        }
        var stream = rig.stream();
        stream.create("a", create -> create.setStartRevision(2));
        stream.askProgress();

        Await.until(
                "progress", () -> stream.responses().stream().anyMatch(r -> r.getWatchId() == -1));
        var responses = stream.responses();
        assertThat(responses.getLast())
                .isEqualTo(
                        WatchResponse.newBuilder().setHeader(header(3_001)).setWatchId(-1).build());
        assertThat(stream.events(0)).hasSize(3_000);
    }

    @Test
    void requestedProgress_withoutWatches_isNotAnswered() {
        var stream = rig.stream();
        stream.askProgress();
        stream.create("a");

        assertThat(stream.awaitResponse(0).getCreated()).isTrue();
        stream.askProgress();
        assertThat(stream.awaitResponse(1).getWatchId()).isEqualTo(-1);
    }

    @Test
    void oneRevision_isOneResponse_unlessFragmentsAreWanted() {
        var writes = new MemoryFeed.Write[40];
        for (int i = 0; i < writes.length; i++) {
            writes[i] = new MemoryFeed.Write("k" + (10 + i), new byte[100 << 10]);
        }
        var stream = rig.stream();
        stream.createPrefix("k", _ -> {});
        stream.createPrefix("k", create -> create.setFragment(true));
        stream.awaitResponses(2);
        feed.write(writes);

        Await.until("all events", () -> stream.events(0).size() + stream.events(1).size() == 80);
        var whole = stream.responses().stream().filter(r -> r.getWatchId() == 0).toList();
        var parts =
                stream.responses().stream()
                        .filter(r -> r.getWatchId() == 1 && !r.getCreated())
                        .toList();
        assertThat(whole.getLast().getEventsCount()).isEqualTo(40);
        assertThat(whole.getLast().getFragment()).isFalse();
        assertThat(parts).hasSize(3).allMatch(r -> r.getSerializedSize() <= 1536 << 10);
        assertThat(parts.stream().map(WatchResponse::getFragment))
                .containsExactly(true, true, false);
    }

    @Test
    void aClientWithoutFurtherRequests_stillHears() {
        var stream = rig.stream();
        stream.create("a");
        stream.halfClose();
        stream.awaitResponse(0);
        feed.write(put("a", ""));

        assertThat(stream.awaitStory(0, 1)).containsExactly("a@2");
    }

    @Test
    void aStreamThatNeedsALeader_endsWithoutOne_andOthersGoOn() {
        var choosy = TestStream.openWithLeader(rig.channel());
        var patient = rig.stream();
        choosy.create("a");
        patient.create("a");
        choosy.awaitResponse(0);
        patient.awaitResponse(0);
        rig.gateway().hasLeader(false);

        assertThat(choosy.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(choosy.awaitEnd().getDescription()).isEqualTo("etcdserver: no leader");
        assertThat(TestStream.openWithLeader(rig.channel()).awaitEnd().getDescription())
                .isEqualTo("etcdserver: no leader");
        feed.write(put("a", ""));
        assertThat(patient.awaitStory(0, 1)).containsExactly("a@2");
    }

    @Test
    void aClosedService_endsItsStreams_andTakesNoNewOnes() {
        var stream = rig.stream();
        stream.create("a");
        stream.awaitResponse(0);
        rig.service().close();

        assertThat(stream.awaitEnd().getDescription()).isEqualTo("etcdserver: server stopped");
        assertThat(rig.stream().awaitEnd().getDescription())
                .isEqualTo("etcdserver: server stopped");
    }

    @Test
    void aWatchWhoseHistoryCannotBeRead_endsItsStream() {
        for (int i = 0; i < 500; i++) {
            feed.write(put("a", "" + i));
        }
        feed.breakReads();
        var stream = rig.stream();
        stream.create("a", create -> create.setStartRevision(2));

        assertThat(stream.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void syncedWatches_areCompacted_whenTheFeedHasLeftThemBehind() {
        var stream = rig.stream();
        stream.create("a");
        stream.create("a", WatchServiceTest::farAhead);
        stream.awaitResponses(2);
        // As after the installation of a checkpoint: the next revision lies below the floor.
        feed.compact(10);
        for (int i = 2; i <= 20; i++) {
            feed.write(put("a", "" + i));
        }

        assertThat(stream.awaitStory(1, 1)).containsExactly("a@20");
        assertThat(stream.story(0)).isEmpty();
        assertThat(stream.responses())
                .contains(
                        WatchResponse.newBuilder()
                                .setHeader(header(0))
                                .setCanceled(true)
                                .setCompactRevision(10)
                                .build());
    }

    private static void farAhead(WatchCreateRequest.Builder create) {
        create.setStartRevision(20);
    }

    private static Iterable<String> story(String key, long from, long to) {
        return LongStream.rangeClosed(from, to).mapToObj(r -> key + "@" + r).toList();
    }
}
