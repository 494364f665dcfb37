package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.EtcdFixture.error;
import static dev.mainstay.server.kv.EtcdFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.AuthDisableRequest;
import dev.mainstay.client.proto.AuthEnableRequest;
import dev.mainstay.client.proto.AuthRoleAddRequest;
import dev.mainstay.client.proto.AuthRoleDeleteRequest;
import dev.mainstay.client.proto.AuthRoleGetRequest;
import dev.mainstay.client.proto.AuthRoleGrantPermissionRequest;
import dev.mainstay.client.proto.AuthRoleListRequest;
import dev.mainstay.client.proto.AuthRoleRevokePermissionRequest;
import dev.mainstay.client.proto.AuthStatusRequest;
import dev.mainstay.client.proto.AuthUserAddRequest;
import dev.mainstay.client.proto.AuthUserChangePasswordRequest;
import dev.mainstay.client.proto.AuthUserDeleteRequest;
import dev.mainstay.client.proto.AuthUserGetRequest;
import dev.mainstay.client.proto.AuthUserGrantRoleRequest;
import dev.mainstay.client.proto.AuthUserListRequest;
import dev.mainstay.client.proto.AuthUserRevokeRoleRequest;
import dev.mainstay.client.proto.AuthenticateRequest;
import dev.mainstay.client.proto.Permission;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuthServiceTest {

    private static final String NO_USER = "9 etcdserver: user name not found";
    private static final String NO_ROLE = "9 etcdserver: role name not found";
    private static final String UNSUPPORTED = "12 etcdserver: users and roles are not supported";
    private static final String HEADER = "{\"header\":{\"revision\":\"1\",\"raft_term\":\"2\"}";

    private final EtcdFixture etcd = new EtcdFixture();

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void auth_isOff_andStaysOff() {
        var auth = etcd.auth();

        assertThat(error(() -> auth.authEnable(AuthEnableRequest.getDefaultInstance())))
                .isEqualTo("9 etcdserver: root user does not exist");
        assertThat(json(auth.authDisable(AuthDisableRequest.getDefaultInstance())))
                .isEqualTo(HEADER + "}");
        assertThat(auth.authStatus(AuthStatusRequest.getDefaultInstance()).getEnabled()).isFalse();
        var user = AuthenticateRequest.newBuilder().setName("root").setPassword("x").build();
        assertThat(error(() -> auth.authenticate(user)))
                .isEqualTo("9 etcdserver: authentication is not enabled");
    }

    @Test
    void users_areNotThere_andCannotBeAdded() {
        var auth = etcd.auth();

        assertThat(json(auth.userList(AuthUserListRequest.getDefaultInstance())))
                .isEqualTo(HEADER + "}");
        assertThat(error(() -> auth.userAdd(AuthUserAddRequest.getDefaultInstance())))
                .isEqualTo("3 etcdserver: user name is empty");
        assertThat(error(() -> auth.userAdd(AuthUserAddRequest.newBuilder().setName("u").build())))
                .isEqualTo(UNSUPPORTED);
        assertThat(error(() -> auth.userGet(AuthUserGetRequest.newBuilder().setName("u").build())))
                .isEqualTo(NO_USER);
        assertThat(error(() -> auth.userDelete(AuthUserDeleteRequest.getDefaultInstance())))
                .isEqualTo(NO_USER);
        assertThat(
                        error(() ->
                                auth.userChangePassword(
                                        AuthUserChangePasswordRequest.getDefaultInstance())))
                .isEqualTo(NO_USER);
        assertThat(error(() -> auth.userGrantRole(AuthUserGrantRoleRequest.getDefaultInstance())))
                .isEqualTo(NO_USER);
        assertThat(error(() -> auth.userRevokeRole(AuthUserRevokeRoleRequest.getDefaultInstance())))
                .isEqualTo(NO_USER);
    }

    @Test
    void roles_areNotThere_andCannotBeAdded() {
        var auth = etcd.auth();

        assertThat(json(auth.roleList(AuthRoleListRequest.getDefaultInstance())))
                .isEqualTo(HEADER + "}");
        assertThat(error(() -> auth.roleAdd(AuthRoleAddRequest.getDefaultInstance())))
                .isEqualTo("3 etcdserver: role name is empty");
        assertThat(error(() -> auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("r").build())))
                .isEqualTo(UNSUPPORTED);
        assertThat(error(() -> auth.roleGet(AuthRoleGetRequest.newBuilder().setRole("r").build())))
                .isEqualTo(NO_ROLE);
        assertThat(error(() -> auth.roleDelete(AuthRoleDeleteRequest.getDefaultInstance())))
                .isEqualTo(NO_ROLE);
        var grant = AuthRoleGrantPermissionRequest.newBuilder().setName("r");
        assertThat(error(() -> auth.roleGrantPermission(grant.build())))
                .isEqualTo("3 etcdserver: permission not given");
        var permission = Permission.getDefaultInstance();
        assertThat(error(() -> auth.roleGrantPermission(grant.setPerm(permission).build())))
                .isEqualTo(NO_ROLE);
        assertThat(
                        error(() ->
                                auth.roleRevokePermission(
                                        AuthRoleRevokePermissionRequest.getDefaultInstance())))
                .isEqualTo(NO_ROLE);
    }
}
