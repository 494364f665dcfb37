package dev.mainstay.server.kv;

import dev.mainstay.client.proto.AuthDisableRequest;
import dev.mainstay.client.proto.AuthDisableResponse;
import dev.mainstay.client.proto.AuthEnableRequest;
import dev.mainstay.client.proto.AuthEnableResponse;
import dev.mainstay.client.proto.AuthGrpc;
import dev.mainstay.client.proto.AuthRoleAddRequest;
import dev.mainstay.client.proto.AuthRoleAddResponse;
import dev.mainstay.client.proto.AuthRoleDeleteRequest;
import dev.mainstay.client.proto.AuthRoleDeleteResponse;
import dev.mainstay.client.proto.AuthRoleGetRequest;
import dev.mainstay.client.proto.AuthRoleGetResponse;
import dev.mainstay.client.proto.AuthRoleGrantPermissionRequest;
import dev.mainstay.client.proto.AuthRoleGrantPermissionResponse;
import dev.mainstay.client.proto.AuthRoleListRequest;
import dev.mainstay.client.proto.AuthRoleListResponse;
import dev.mainstay.client.proto.AuthRoleRevokePermissionRequest;
import dev.mainstay.client.proto.AuthRoleRevokePermissionResponse;
import dev.mainstay.client.proto.AuthStatusRequest;
import dev.mainstay.client.proto.AuthStatusResponse;
import dev.mainstay.client.proto.AuthUserAddRequest;
import dev.mainstay.client.proto.AuthUserAddResponse;
import dev.mainstay.client.proto.AuthUserChangePasswordRequest;
import dev.mainstay.client.proto.AuthUserChangePasswordResponse;
import dev.mainstay.client.proto.AuthUserDeleteRequest;
import dev.mainstay.client.proto.AuthUserDeleteResponse;
import dev.mainstay.client.proto.AuthUserGetRequest;
import dev.mainstay.client.proto.AuthUserGetResponse;
import dev.mainstay.client.proto.AuthUserGrantRoleRequest;
import dev.mainstay.client.proto.AuthUserGrantRoleResponse;
import dev.mainstay.client.proto.AuthUserListRequest;
import dev.mainstay.client.proto.AuthUserListResponse;
import dev.mainstay.client.proto.AuthUserRevokeRoleRequest;
import dev.mainstay.client.proto.AuthUserRevokeRoleResponse;
import dev.mainstay.client.proto.AuthenticateRequest;
import dev.mainstay.client.proto.AuthenticateResponse;
import io.grpc.stub.StreamObserver;

/// etcd's Auth service as it answers before the first user exists. There are no users and roles
/// here, so nobody can add one, and whoever names one names one that is not there.
///
/// Runs on the event loop.
final class AuthService extends AuthGrpc.AuthImplBase {

    private final Headers headers;

    AuthService(Headers headers) {
        this.headers = headers;
    }

    @Override
    public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> observer) {
        Reply.to(observer).fail(EtcdError.NO_ROOT_USER);
    }

    /// Off already: etcd takes that for success.
    @Override
    public void authDisable(
            AuthDisableRequest request, StreamObserver<AuthDisableResponse> observer) {
        Reply.to(observer).send(AuthDisableResponse.newBuilder().setHeader(headers.now()).build());
    }

    @Override
    public void authStatus(AuthStatusRequest request, StreamObserver<AuthStatusResponse> observer) {
        Reply.to(observer)
                .send(
                        AuthStatusResponse.newBuilder()
                                .setHeader(headers.now())
                                .setAuthRevision(1)
                                .build());
    }

    @Override
    public void authenticate(
            AuthenticateRequest request, StreamObserver<AuthenticateResponse> observer) {
        Reply.to(observer).fail(EtcdError.AUTH_NOT_ENABLED);
    }

    @Override
    public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> observer) {
        Reply.to(observer)
                .fail(request.getName().isEmpty() ? EtcdError.EMPTY_USER : EtcdError.NO_USERS);
    }

    @Override
    public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> observer) {
        Reply.to(observer).fail(EtcdError.USER_NOT_FOUND);
    }

    @Override
    public void userList(
            AuthUserListRequest request, StreamObserver<AuthUserListResponse> observer) {
        Reply.to(observer).send(AuthUserListResponse.newBuilder().setHeader(headers.now()).build());
    }

    @Override
    public void userDelete(
            AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> observer) {
        Reply.to(observer).fail(EtcdError.USER_NOT_FOUND);
    }

    @Override
    public void userChangePassword(
            AuthUserChangePasswordRequest request,
            StreamObserver<AuthUserChangePasswordResponse> observer) {
        Reply.to(observer).fail(EtcdError.USER_NOT_FOUND);
    }

    @Override
    public void userGrantRole(
            AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> observer) {
        Reply.to(observer).fail(EtcdError.USER_NOT_FOUND);
    }

    @Override
    public void userRevokeRole(
            AuthUserRevokeRoleRequest request,
            StreamObserver<AuthUserRevokeRoleResponse> observer) {
        Reply.to(observer).fail(EtcdError.USER_NOT_FOUND);
    }

    @Override
    public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> observer) {
        Reply.to(observer)
                .fail(request.getName().isEmpty() ? EtcdError.EMPTY_ROLE : EtcdError.NO_USERS);
    }

    @Override
    public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> observer) {
        Reply.to(observer).fail(EtcdError.ROLE_NOT_FOUND);
    }

    @Override
    public void roleList(
            AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> observer) {
        Reply.to(observer).send(AuthRoleListResponse.newBuilder().setHeader(headers.now()).build());
    }

    @Override
    public void roleDelete(
            AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> observer) {
        Reply.to(observer).fail(EtcdError.ROLE_NOT_FOUND);
    }

    @Override
    public void roleGrantPermission(
            AuthRoleGrantPermissionRequest request,
            StreamObserver<AuthRoleGrantPermissionResponse> observer) {
        Reply.to(observer)
                .fail(
                        request.hasPerm()
                                ? EtcdError.ROLE_NOT_FOUND
                                : EtcdError.PERMISSION_NOT_GIVEN);
    }

    @Override
    public void roleRevokePermission(
            AuthRoleRevokePermissionRequest request,
            StreamObserver<AuthRoleRevokePermissionResponse> observer) {
        Reply.to(observer).fail(EtcdError.ROLE_NOT_FOUND);
    }
}
