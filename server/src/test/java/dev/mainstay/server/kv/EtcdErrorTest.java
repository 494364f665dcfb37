package dev.mainstay.server.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.command.Verdict;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EtcdErrorTest {

    /// Clients know errors by these texts; a letter more is another error to them.
    private static final Map<String, Integer> KNOWN =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("etcdserver: key is not provided", 3),
                            Map.entry("etcdserver: key not found", 3),
                            Map.entry("etcdserver: value is provided", 3),
                            Map.entry("etcdserver: lease is provided", 3),
                            Map.entry("etcdserver: too many operations in txn request", 3),
                            Map.entry("etcdserver: duplicate key given in txn request", 3),
                            Map.entry("etcdserver: request is too large", 3),
                            Map.entry("etcdserver: given member URLs are invalid", 3),
                            Map.entry("etcdserver: user name is empty", 3),
                            Map.entry("etcdserver: role name is empty", 3),
                            Map.entry("etcdserver: permission not given", 3),
                            Map.entry("etcdserver: requested lease not found", 5),
                            Map.entry("etcdserver: member not found", 5),
                            Map.entry("etcdserver: mvcc: database space exceeded", 8),
                            Map.entry("etcdserver: too many requests", 8),
                            Map.entry("etcdserver: lease already exists", 9),
                            Map.entry("etcdserver: Peer URLs already exists", 9),
                            Map.entry("etcdserver: can only promote a learner member", 9),
                            Map.entry("etcdserver: root user does not exist", 9),
                            Map.entry("etcdserver: user name not found", 9),
                            Map.entry("etcdserver: role name not found", 9),
                            Map.entry("etcdserver: authentication is not enabled", 9),
                            Map.entry("etcdserver: not leader", 9),
                            Map.entry("etcdserver: bad leader transferee", 9),
                            Map.entry("etcdserver: mvcc: required revision has been compacted", 11),
                            Map.entry(
                                    "etcdserver: mvcc: required revision is a future revision", 11),
                            Map.entry("etcdserver: too large lease TTL", 11),
                            Map.entry("etcdserver: no leader", 14),
                            Map.entry("etcdserver: server stopped", 14),
                            Map.entry("etcdserver: request timed out", 14),
                            Map.entry(
                                    "etcdserver: request timed out, possibly due to previous leader"
                                            + " failure",
                                    14),
                            Map.entry(
                                    "etcdserver: request timed out, possibly due to connection"
                                            + " lost",
                                    14),
                            Map.entry(
                                    "etcdserver: request timed out, waiting for the applied index"
                                            + " took too long",
                                    14),
                            Map.entry("etcdserver: unhealthy cluster", 14),
                            Map.entry("mutex: session is expired", 2),
                            Map.entry("election: not leader", 2),
                            Map.entry("election: no leader", 2)));

    @Test
    void texts_areEtcdsOwn_withItsCodes() {
        var ours = new TreeMap<String, Integer>();
        for (var error : EtcdError.values()) {
            var status = error.status();
            ours.put(String.valueOf(status.getDescription()), status.getCode().value());
        }

        assertThat(ours).containsAllEntriesOf(KNOWN);
    }

    @Test
    void texts_areTold_apart() {
        assertThat(Arrays.stream(EtcdError.values()).map(e -> e.status().getDescription()))
                .doesNotHaveDuplicates();
    }

    @Test
    void failures_ofThisApi_haveAnError() {
        for (var failure : Verdict.Failure.values()) {
            boolean isOthers =
                    failure == Verdict.Failure.WRONG_TERM
                            || failure == Verdict.Failure.SETTING_CHANGED;
            if (!isOthers) {
                assertThat(EtcdError.of(failure).name()).isEqualTo(failure.name());
            }
        }
    }
}
