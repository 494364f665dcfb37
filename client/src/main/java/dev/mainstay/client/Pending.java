package dev.mainstay.client;

import dev.mainstay.client.internal.Fault;
import dev.mainstay.client.internal.Node;
import dev.mainstay.client.internal.Receiver;
import dev.mainstay.client.internal.UnaryCall;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// The result of a call under way. Completed on the event loop; cancelling it ends the call.
///
/// @param <A> the wire's answer
/// @param <R> what the user gets
abstract class Pending<A, R> extends CompletableFuture<R> implements Receiver<A> {

    // Set by the thread that starts the call, read by the one that cancels.
    private volatile @Nullable UnaryCall<?, ?> call;

    abstract R convert(A answer, Node from);

    MainstayException convert(Fault fault) {
        return Faults.of(fault);
    }

    final void runs(UnaryCall<?, ?> started) {
        call = started;
        if (isCancelled()) {
            started.cancel();
        }
    }

    @Override
    public void answered(A answer, Node from) {
        try {
            complete(convert(answer, from));
        } catch (MainstayException e) {
            completeExceptionally(e);
        }
    }

    @Override
    public void failed(Fault fault) {
        completeExceptionally(convert(fault));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        var running = call;
        if (running != null) {
            running.cancel();
        }
        return cancelled;
    }

    /// Waits for a stage of ours. Interruption cancels the call.
    static <T> T await(CompletionStage<T> stage) throws InterruptedException {
        var future = stage.toCompletableFuture();
        try {
            return future.get();
        } catch (InterruptedException e) {
            future.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MainstayException ours) {
                // The event loop's stack says nothing; the caller's does.
                var _ = ours.fillInStackTrace();
                throw ours;
            }
            throw new MainstayException("the client failed: " + e.getCause(), e);
        }
    }
}
