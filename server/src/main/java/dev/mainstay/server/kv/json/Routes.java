package dev.mainstay.server.kv.json;

import static java.util.Map.entry;

import dev.mainstay.client.proto.AuthGrpc;
import dev.mainstay.client.proto.ClusterGrpc;
import dev.mainstay.client.proto.ElectionGrpc;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.LeaseGrpc;
import dev.mainstay.client.proto.LockGrpc;
import dev.mainstay.client.proto.MaintenanceGrpc;
import dev.mainstay.client.proto.WatchGrpc;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which path calls which method: etcd's, with the prefixes of its releases.
final class Routes {

    private static final List<String> PREFIXES = List.of("/v3/", "/v3beta/", "/v3alpha/");

    private static final Map<String, MethodDescriptor<?, ?>> METHODS =
            Map.<String, MethodDescriptor<?, ?>>ofEntries(
                    entry("kv/range", KVGrpc.getRangeMethod()),
                    entry("kv/put", KVGrpc.getPutMethod()),
                    entry("kv/deleterange", KVGrpc.getDeleteRangeMethod()),
                    entry("kv/txn", KVGrpc.getTxnMethod()),
                    entry("kv/compaction", KVGrpc.getCompactMethod()),
                    entry("watch", WatchGrpc.getWatchMethod()),
                    entry("lease/grant", LeaseGrpc.getLeaseGrantMethod()),
                    entry("lease/revoke", LeaseGrpc.getLeaseRevokeMethod()),
                    entry("kv/lease/revoke", LeaseGrpc.getLeaseRevokeMethod()),
                    entry("lease/keepalive", LeaseGrpc.getLeaseKeepAliveMethod()),
                    entry("lease/timetolive", LeaseGrpc.getLeaseTimeToLiveMethod()),
                    entry("kv/lease/timetolive", LeaseGrpc.getLeaseTimeToLiveMethod()),
                    entry("lease/leases", LeaseGrpc.getLeaseLeasesMethod()),
                    entry("kv/lease/leases", LeaseGrpc.getLeaseLeasesMethod()),
                    entry("cluster/member/add", ClusterGrpc.getMemberAddMethod()),
                    entry("cluster/member/remove", ClusterGrpc.getMemberRemoveMethod()),
                    entry("cluster/member/update", ClusterGrpc.getMemberUpdateMethod()),
                    entry("cluster/member/list", ClusterGrpc.getMemberListMethod()),
                    entry("cluster/member/promote", ClusterGrpc.getMemberPromoteMethod()),
                    entry("maintenance/alarm", MaintenanceGrpc.getAlarmMethod()),
                    entry("maintenance/status", MaintenanceGrpc.getStatusMethod()),
                    entry("maintenance/defragment", MaintenanceGrpc.getDefragmentMethod()),
                    entry("maintenance/hash", MaintenanceGrpc.getHashMethod()),
                    entry("maintenance/hashkv", MaintenanceGrpc.getHashKVMethod()),
                    entry("maintenance/snapshot", MaintenanceGrpc.getSnapshotMethod()),
                    entry("maintenance/transfer-leadership", MaintenanceGrpc.getMoveLeaderMethod()),
                    entry("maintenance/downgrade", MaintenanceGrpc.getDowngradeMethod()),
                    entry("auth/enable", AuthGrpc.getAuthEnableMethod()),
                    entry("auth/disable", AuthGrpc.getAuthDisableMethod()),
                    entry("auth/status", AuthGrpc.getAuthStatusMethod()),
                    entry("auth/authenticate", AuthGrpc.getAuthenticateMethod()),
                    entry("auth/user/add", AuthGrpc.getUserAddMethod()),
                    entry("auth/user/get", AuthGrpc.getUserGetMethod()),
                    entry("auth/user/list", AuthGrpc.getUserListMethod()),
                    entry("auth/user/delete", AuthGrpc.getUserDeleteMethod()),
                    entry("auth/user/changepw", AuthGrpc.getUserChangePasswordMethod()),
                    entry("auth/user/grant", AuthGrpc.getUserGrantRoleMethod()),
                    entry("auth/user/revoke", AuthGrpc.getUserRevokeRoleMethod()),
                    entry("auth/role/add", AuthGrpc.getRoleAddMethod()),
                    entry("auth/role/get", AuthGrpc.getRoleGetMethod()),
                    entry("auth/role/list", AuthGrpc.getRoleListMethod()),
                    entry("auth/role/delete", AuthGrpc.getRoleDeleteMethod()),
                    entry("auth/role/grant", AuthGrpc.getRoleGrantPermissionMethod()),
                    entry("auth/role/revoke", AuthGrpc.getRoleRevokePermissionMethod()),
                    entry("lock/lock", LockGrpc.getLockMethod()),
                    entry("lock/unlock", LockGrpc.getUnlockMethod()),
                    entry("election/campaign", ElectionGrpc.getCampaignMethod()),
                    entry("election/proclaim", ElectionGrpc.getProclaimMethod()),
                    entry("election/leader", ElectionGrpc.getLeaderMethod()),
                    entry("election/observe", ElectionGrpc.getObserveMethod()),
                    entry("election/resign", ElectionGrpc.getResignMethod()));

    private Routes() {}

    static @Nullable MethodDescriptor<?, ?> find(String path) {
        for (var prefix : PREFIXES) {
            if (path.startsWith(prefix)) {
                return METHODS.get(path.substring(prefix.length()));
            }
        }
        return null;
    }
}
