package dev.mainstay.server.kv;

import dev.mainstay.client.proto.LockGrpc;
import dev.mainstay.client.proto.LockRequest;
import dev.mainstay.client.proto.LockResponse;
import dev.mainstay.client.proto.UnlockRequest;
import dev.mainstay.client.proto.UnlockResponse;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.mvcc.Key;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// etcd's Lock service: the lock recipe of its client library, run by the server.
///
/// A call waits for the lock on a virtual thread of its own.
final class LockService extends LockGrpc.LockImplBase {

    private static final byte[] NO_VALUE = {};

    private final Headers headers;
    private final Writes writes;
    private final Recipes recipes;

    LockService(Headers headers, Writes writes, Recipes recipes) {
        this.headers = headers;
        this.writes = writes;
        this.recipes = recipes;
    }

    @Override
    public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
        WaitingCall.start(observer, () -> lock(request));
    }

    private LockResponse lock(LockRequest request) throws Rejection, InterruptedException {
        long lease = recipes.lease(request.getLease());
        var etcdKey = Recipes.contender(request.getName(), lease);
        var key = KvRequests.key(etcdKey);
        recipes.join(key, NO_VALUE, lease);
        awaitTurn(request, key);
        return LockResponse.newBuilder().setHeader(headers.now()).setKey(etcdKey).build();
    }

    /// Who gives up, or can wait no longer, must not stay in the way of those behind.
    private void awaitTurn(LockRequest request, Key key) throws Rejection, InterruptedException {
        boolean isHeld = false;
        try {
            var own = recipes.awaitTurn(Recipes.contenders(request.getName()), key);
            if (own == null) {
                throw new Rejection(EtcdError.SESSION_EXPIRED);
            }
            isHeld = true;
        } finally {
            if (!isHeld) {
                recipes.leave(key);
            }
        }
    }

    @Override
    public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
        var reply = Reply.to(observer);
        if (request.getKey().isEmpty()) {
            reply.fail(EtcdError.EMPTY_KEY);
            return;
        }
        var steps = List.of(Recipes.delete(KvRequests.key(request.getKey())));
        writes.write(
                (id, since) -> new Command.KvTxn(id, since, List.of(), steps, List.of()),
                written ->
                        reply.send(
                                UnlockResponse.newBuilder()
                                        .setHeader(headers.at(written.revision()))
                                        .build()),
                reply::fail);
    }
}
