package dev.mainstay.server.kv;

import dev.mainstay.consensus.LogOperationException;
import io.grpc.stub.StreamObserver;

/// A call whose answer is waited for: on a virtual thread of its own, which is interrupted when the
/// client gives up.
final class WaitingCall<T> {

    private final Work<T> work;
    private final Thread thread;
    private final Reply<T> reply;

    /// Makes the answer; may block.
    interface Work<T> {
        T run() throws Rejection, LogOperationException, InterruptedException;
    }

    private WaitingCall(StreamObserver<T> observer, Work<T> work) {
        this.work = work;
        this.thread = Thread.ofVirtual().name("waiting-call").unstarted(this::run);
        this.reply = Reply.to(observer, thread::interrupt);
    }

    /// Must be called before the service's method returns.
    static <T> void start(StreamObserver<T> observer, Work<T> work) {
        new WaitingCall<>(observer, work).thread.start();
    }

    private void run() {
        boolean isAnswered = false;
        try {
            var answer = work.run();
            isAnswered = true;
            reply.send(answer);
        } catch (Rejection e) {
            isAnswered = true;
            reply.fail(e.error());
        } catch (LogOperationException e) {
            isAnswered = true;
            reply.fail(EtcdError.of(e));
        } catch (InterruptedException e) {
            isAnswered = true;
            reply.fail(EtcdError.STOPPED);
        } finally {
            // What comes out of here is a bug, for the thread's own handler; the client must hear
            // of it all the same.
            if (!isAnswered) {
                reply.fail(EtcdError.INTERNAL);
            }
        }
    }
}
