package dev.mainstay.server.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Leases;
import dev.mainstay.server.gateway.Outcome;
import dev.mainstay.server.gateway.Readiness;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.mvcc.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A client of one member, in the words of the stories. Blocking, except where it returns a future.
final class Client {

    static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final AtomicLong IDS = new AtomicLong();

    private final Gateway gateway;

    Client(Gateway gateway) {
        this.gateway = gateway;
    }

    static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    /// An id as the SDK makes them.
    static TxnId newId() {
        return new TxnId(0x7e57, IDS.incrementAndGet());
    }

    /// A key that no other story uses.
    static String newKey() {
        return "key" + IDS.incrementAndGet() + "-";
    }

    static Key key(String name) {
        return Keyspace.kv(name.getBytes(StandardCharsets.UTF_8));
    }

    static Command.KvTxn put(TxnId id, long since, String key, String value) {
        return put(id, since, key, value, 0);
    }

    static Command.KvTxn put(TxnId id, long since, String key, String value, long lease) {
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        var step = new KvOp.Put(key(key), bytes, lease, true, false, false);
        return new Command.KvTxn(id, since, List.of(), List.of(step), List.of());
    }

    static Command.KvTxn delete(TxnId id, long since, String key) {
        var step = new KvOp.Delete(KeyRange.only(key(key)), false);
        return new Command.KvTxn(id, since, List.of(), List.of(step), List.of());
    }

    /// A put under an id of its own, as the SDK makes it.
    Command.KvTxn newPut(String key, String value) {
        return put(newId(), gateway.since(), key, value);
    }

    CompletableFuture<Outcome> send(Command command, Duration time) {
        var answer = new CompletableFuture<Outcome>();
        gateway.write(command, in(time), answer::complete);
        return answer;
    }

    Outcome write(Command command) throws Exception {
        return await(send(command, PATIENCE));
    }

    static <T> T await(CompletableFuture<T> answer) throws Exception {
        return answer.get(PATIENCE.toSeconds() + 5, TimeUnit.SECONDS);
    }

    /// The result of a command that must be applied.
    Result apply(Command command) throws Exception {
        return applied(write(command));
    }

    static Result applied(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Applied.class);
        return ((Outcome.Applied) outcome).result();
    }

    static long revision(Result result) {
        assertThat(result.verdict()).isInstanceOf(Verdict.Committed.class);
        return ((Verdict.Committed) result.verdict()).revision();
    }

    /// Puts, and says at which revision.
    long put(String key, String value) throws Exception {
        return revision(apply(put(gateway.newId(), gateway.since(), key, value)));
    }

    void grant(long lease, long seconds) throws Exception {
        var result =
                apply(new Command.GrantLease(gateway.newId(), gateway.since(), lease, seconds));
        assertThat(result.verdict()).isInstanceOf(Verdict.Done.class);
    }

    CompletableFuture<Leases.Answer> sendKeepAlive(long lease, Duration time) {
        var answer = new CompletableFuture<Leases.Answer>();
        gateway.leases().keepAlive(lease, in(time), answer::complete);
        return answer;
    }

    Leases.Answer keepAlive(long lease) throws Exception {
        return await(sendKeepAlive(lease, PATIENCE));
    }

    CompletableFuture<Readiness> sendStrict(Duration time) {
        var answer = new CompletableFuture<Readiness>();
        gateway.whenStrict(in(time), answer::complete);
        return answer;
    }

    CompletableFuture<Readiness> sendFresh(Duration age, Duration time) {
        var answer = new CompletableFuture<Readiness>();
        gateway.whenFresh(age.toMillis(), in(time), answer::complete);
        return answer;
    }

    /// A strict read.
    @Nullable String get(String key) throws Exception {
        assertThat(await(sendStrict(PATIENCE))).isEqualTo(Readiness.READY);
        return getLocal(key);
    }

    @Nullable String getLocal(String key) {
        var version = version(key);
        return version == null ? null : text(version);
    }

    static String text(Version version) {
        return new String(version.value(), StandardCharsets.UTF_8);
    }

    @Nullable Version version(String key) {
        return gateway.store().get(key(key)).version();
    }
}
