package dev.mainstay.consensus;

import dev.mainstay.consensus.ReadIndex.NoLeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/// [Peers] within one JVM, obeying a [Firewall]. Answers come on threads of its own.
public final class LocalPeers implements Peers, AutoCloseable {

    public static final long TIMEOUT_MILLIS = 300;

    /// A member that can be asked.
    public interface Node {

        ReplicatedLog log();

        void checkpoint(Path into) throws IOException, InterruptedException;
    }

    private final MemberId self;
    private final Firewall firewall;
    private final Function<MemberId, Optional<Node>> nodes;
    private final ScheduledExecutorService threads =
            Executors.newScheduledThreadPool(
                    3, Thread.ofPlatform().name("local-peers").daemon().factory());

    /// @param nodes the running members
    public LocalPeers(MemberId self, Firewall firewall, Function<MemberId, Optional<Node>> nodes) {
        this.self = self;
        this.firewall = firewall;
        this.nodes = nodes;
    }

    @Override
    public void term(Member member, LongConsumer answer) {
        ask(
                member.id(),
                () -> answer.accept(NO_ANSWER),
                (node, reply) -> {
                    long term = termOf(node);
                    reply.accept(() -> answer.accept(term));
                });
    }

    private static long termOf(Node node) {
        var standing = node.log().standing();
        return switch (standing.role()) {
            case LEADER, FOLLOWER, CANDIDATE -> standing.term();
            case JOINING, STOPPED -> NO_ANSWER;
        };
    }

    @Override
    public void readIndex(Member leader, Consumer<ReadIndex> done) {
        ask(
                leader.id(),
                () -> done.accept(new NoLeader("the leader does not answer")),
                (node, reply) ->
                        node.log().readIndexHere(index -> reply.accept(() -> done.accept(index))));
    }

    private interface Question {

        void ask(Node node, Consumer<Runnable> reply);
    }

    private void ask(MemberId member, Runnable unanswered, Question question) {
        var isOver = new AtomicBoolean();
        threads.execute(() -> {
            var node = nodes.apply(member);
            if (node.isPresent() && !firewall.isCut(self, member)) {
                question.ask(
                        node.get(),
                        answer -> {
                            if (!firewall.isCut(member, self)
                                    && isOver.compareAndSet(false, true)) {
                                answer.run();
                            }
                        });
            }
        });
        var _ =
                threads.schedule(
                        () -> {
                            if (isOver.compareAndSet(false, true)) {
                                unanswered.run();
                            }
                        },
                        TIMEOUT_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void fetchCheckpoint(Member leader, Path into) throws IOException, InterruptedException {
        var node = nodes.apply(leader.id());
        if (node.isEmpty() || isCutFrom(leader.id())) {
            throw new IOException(leader.id() + " does not answer");
        }
        node.get().checkpoint(into);
        if (isCutFrom(leader.id()) || nodes.apply(leader.id()).isEmpty()) {
            throw new IOException("the connection to " + leader.id() + " broke");
        }
    }

    private boolean isCutFrom(MemberId other) {
        return firewall.isCut(self, other) || firewall.isCut(other, self);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
