package dev.mainstay.server.kv;

import dev.mainstay.consensus.LogOperationException;

/// A change of the group that is waited for: on a virtual thread of its own, which ends early when
/// the client gives up.
final class MemberChange {

    private MemberChange() {}

    /// Carries out the change and makes the answer.
    interface Changing<T> {
        T change() throws Rejection, LogOperationException, InterruptedException;
    }

    static <T> void start(Reply<T> reply, Changing<T> changing) {
        Thread.ofVirtual().name("member-change").start(() -> run(reply, changing));
    }

    private static <T> void run(Reply<T> reply, Changing<T> changing) {
        boolean isAnswered = false;
        try {
            var answer = changing.change();
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
            if (!isAnswered) {
                reply.fail(EtcdError.INTERNAL);
            }
        }
    }
}
