package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.EtcdFixture.error;
import static dev.mainstay.server.kv.Requests.put;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.AlarmRequest;
import dev.mainstay.client.proto.AlarmType;
import dev.mainstay.client.proto.CompactionRequest;
import dev.mainstay.client.proto.DowngradeRequest;
import dev.mainstay.client.proto.HashKVRequest;
import dev.mainstay.client.proto.HashKVResponse;
import dev.mainstay.client.proto.HashRequest;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.client.proto.MoveLeaderRequest;
import dev.mainstay.client.proto.SnapshotRequest;
import dev.mainstay.client.proto.SnapshotResponse;
import dev.mainstay.client.proto.StatusRequest;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MaintenanceServiceTest {

    private final EtcdFixture etcd = new EtcdFixture();

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void status_namesTheLeader_orSaysThatThereIsNone() {
        etcd.put("a", "1");
        var status = etcd.maintenance().status(StatusRequest.getDefaultInstance());

        assertThat(status.getVersion()).isEqualTo("3.5.21");
        assertThat(status.getHeader().getRevision()).isEqualTo(2);
        assertThat(status.getLeader()).isEqualTo(FakeGateway.SELF.number());
        assertThat(status.getRaftTerm()).isEqualTo(2);
        assertThat(status.getRaftIndex()).isEqualTo(1);
        assertThat(status.getRaftAppliedIndex()).isEqualTo(1);
        assertThat(status.getErrorsList()).isEmpty();

        etcd.gateway.hasLeader = false;
        etcd.gateway.isDiskFull = true;
        status = etcd.maintenance().status(StatusRequest.getDefaultInstance());

        assertThat(status.getLeader()).isZero();
        assertThat(status.getErrorsList())
                .containsExactly("etcdserver: no leader", "memberID:17 alarm:NOSPACE ");
    }

    @Test
    void alarm_showsAFullDisk_andNobodyCanSwitchIt() {
        etcd.gateway.isDiskFull = true;

        var alarms = etcd.maintenance().alarm(alarm(AlarmRequest.AlarmAction.GET)).getAlarmsList();

        assertThat(alarms).hasSize(1);
        assertThat(alarms.getFirst().getMemberID()).isEqualTo(FakeGateway.SELF.number());
        assertThat(alarms.getFirst().getAlarm()).isEqualTo(AlarmType.NOSPACE);
        assertThat(error(() -> etcd.maintenance().alarm(alarm(AlarmRequest.AlarmAction.ACTIVATE))))
                .isEqualTo("12 etcdserver: alarms are raised by the server only");
        assertThat(
                        etcd.maintenance()
                                .alarm(alarm(AlarmRequest.AlarmAction.DEACTIVATE))
                                .getAlarmsList())
                .isEmpty();
    }

    @Test
    void hashes_areAFunctionOfTheRevision() {
        etcd.put("a", "1");
        int first = hashKv(0).getHash();
        etcd.put("a", "2");

        assertThat(hashKv(2).getHash()).isEqualTo(first);
        assertThat(hashKv(2).getHashRevision()).isEqualTo(2);
        assertThat(hashKv(2).getHeader().getRevision()).isEqualTo(3);
        assertThat(hashKv(0).getHash()).isNotEqualTo(first);
        assertThat(hashKv(0).getHashRevision()).isEqualTo(3);
        assertThat(etcd.maintenance().hash(HashRequest.getDefaultInstance()).getHash())
                .isEqualTo(hashKv(0).getHash());
    }

    @Test
    void hashKv_knowsTheBounds() {
        etcd.put("a", "1");
        etcd.put("a", "2");
        etcd.kv().compact(CompactionRequest.newBuilder().setRevision(3).build());

        assertThat(hashKv(0).getCompactRevision()).isEqualTo(3);
        assertThat(error(() -> hashKv(2)))
                .isEqualTo("11 etcdserver: mvcc: required revision has been compacted");
        assertThat(error(() -> hashKv(4)))
                .isEqualTo("11 etcdserver: mvcc: required revision is a future revision");
    }

    @Test
    void moveLeader_worksAtTheLeaderOnly_andWithMembersOnly() {
        etcd.maintenance().moveLeader(moveTo(FakeGateway.OTHER.number()));
        etcd.maintenance().moveLeader(moveTo(FakeGateway.SELF.number()));

        assertThat(etcd.gateway.members().transfers).containsExactly(FakeGateway.OTHER);
        assertThat(error(() -> etcd.maintenance().moveLeader(moveTo(99))))
                .isEqualTo("9 etcdserver: bad leader transferee");
        etcd.gateway.isLeader = false;
        assertThat(error(() -> etcd.maintenance().moveLeader(moveTo(0x22))))
                .isEqualTo("9 etcdserver: not leader");
    }

    @Test
    void downgrade_isUnknown() {
        assertThat(error(() -> etcd.maintenance().downgrade(DowngradeRequest.getDefaultInstance())))
                .isEqualTo("12 unknown method Downgrade for service etcdserverpb.Maintenance");
    }

    @Test
    void snapshot_holdsKeysAndLeases_andItsChecksum() throws IOException {
        etcd.grant(7);
        for (int i = 0; i < 50; i++) {
            etcd.kv().put(put("k" + (10 + i), "x".repeat(2_000)).setLease(i == 0 ? 7 : 0).build());
        }
        etcd.delete("k59");
        var parts = new ArrayList<SnapshotResponse>();
        etcd.maintenance()
                .snapshot(SnapshotRequest.getDefaultInstance())
                .forEachRemaining(parts::add);

        var image = image(parts);
        assertThat(parts.getFirst().getBlob().size()).isEqualTo(32 * 1_024);
        assertThat(parts.getLast().getBlob()).isEqualTo(sha256(image));
        assertThat(image.size() % 512).isZero();
        var in = new DataInputStream(image.newInput());
        assertThat(new String(in.readNBytes(8), StandardCharsets.US_ASCII)).isEqualTo("MNSTKV01");
        assertThat(in.readLong()).isEqualTo(52);
        assertThat(in.readLong()).isEqualTo(1);
        assertThat(in.readLong()).isEqualTo(49);
        assertThat(in.readLong()).isEqualTo(7);
        assertThat(in.readLong()).isEqualTo(60);
        for (int i = 0; i < 49; i++) {
            var kv = KeyValue.parseDelimitedFrom(in);
            assertThat(kv.getKey().toStringUtf8()).isEqualTo("k" + (10 + i));
            assertThat(kv.getValue().size()).isEqualTo(2_000);
            assertThat(kv.getLease()).isEqualTo(i == 0 ? 7 : 0);
        }
    }

    /// All but the checksum; each part says how much follows.
    private static ByteString image(List<SnapshotResponse> parts) {
        var image = ByteString.empty();
        for (var part : parts.subList(0, parts.size() - 1)) {
            image = image.concat(part.getBlob());
        }
        long sent = 0;
        for (var part : parts.subList(0, parts.size() - 1)) {
            sent += part.getBlob().size();
            assertThat(part.getRemainingBytes()).isEqualTo(image.size() - sent);
        }
        return image;
    }

    private static ByteString sha256(ByteString bytes) {
        try {
            return ByteString.copyFrom(
                    MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static AlarmRequest alarm(AlarmRequest.AlarmAction action) {
        return AlarmRequest.newBuilder().setAction(action).build();
    }

    private HashKVResponse hashKv(long revision) {
        return etcd.maintenance().hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
    }

    private static MoveLeaderRequest moveTo(long number) {
        return MoveLeaderRequest.newBuilder().setTargetID(number).build();
    }
}
