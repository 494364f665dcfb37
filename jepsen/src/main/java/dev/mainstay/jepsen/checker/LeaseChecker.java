package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Leases live as long as they are kept alive, and not much longer.
///
/// Calls on leases, with times to live in seconds:
///
/// - `grant` of `[lease, ttl]`; `keepalive` of `[lease, ttl]`, 0 if there is no such lease;
/// - `attach` of `[lease]`: puts the one key that lives with it; `revoke` of `[lease]`;
/// - `look` at `[lease, 1 or 0]`: a strict read whether the key exists;
/// - `term` tells `[leader]`, and the term, as one node knows them.
///
/// Never early: until its time to live has passed since the last acknowledged renewal was *sent*,
/// the key is there. Always in the end: once that time has passed since the last renewal *ended*,
/// and again since the leader of that moment was first seen, and some slack, the key is gone. A new
/// leader gives every lease its full time, so a change of leaders begins the wait anew.
public final class LeaseChecker implements Checker {

    private final long slackNanos;

    /// @param slack for the expiry's way through the log
    public LeaseChecker(Duration slack) {
        slackNanos = slack.toNanos();
    }

    @Override
    public String name() {
        return "lease";
    }

    @Override
    public Verdict check(History history) {
        var findings = new Findings(name());
        List<Op> terms = new ArrayList<>();
        Map<Long, OneLease> leases = new HashMap<>();
        for (var op : history.ops()) {
            switch (op.function()) {
                case "term" -> terms.add(op);
                case "grant", "keepalive", "attach", "revoke", "look" ->
                        leases.computeIfAbsent(Tree.number(op.value(), 0), _ -> new OneLease())
                                .take(op);
                default -> {
                    // A call on a lock.
                }
            }
        }
        terms.sort(Comparator.comparingLong(Op::end));
        var steady = new Steady(terms);
        findings.count("leases", leases.size());
        findings.count("terms", steady.changes());
        leases.forEach((id, lease) -> judge(id, lease, steady, findings));
        return findings.verdict();
    }

    private void judge(long id, OneLease lease, Steady steady, Findings findings) {
        for (var op : lease.observations) {
            if (lease.isGone(op)) {
                findings.count("seen gone", 1);
                judgeGone(id, lease, op, findings);
            } else {
                findings.count("seen alive", 1);
                judgeAlive(id, lease, op, steady, findings);
            }
        }
    }

    private static void judgeGone(long id, OneLease lease, Op op, Findings findings) {
        if (!lease.wasThere(op) || lease.isRevokeBegun(op)) {
            return;
        }
        var renewal = lease.longest();
        var answered = nanosOfEnd(op);
        if (renewal != null && answered < renewal.until()) {
            findings.add(
                    "expired-early",
                    ("lease %d was gone %d ms before its time to live had passed since "
                                    + "the renewal that event %d sent")
                            .formatted(
                                    id,
                                    Duration.ofNanos(renewal.until() - answered).toMillis(),
                                    renewal.op().begin()),
                    renewal.op(),
                    op);
        }
    }

    private void judgeAlive(long id, OneLease lease, Op op, Steady steady, Findings findings) {
        var asked = op.invoke().nanos();
        var revoke = lease.revoke;
        if (revoke != null && revoke.isOk() && revoke.end() < op.begin()) {
            findings.add("outlived", "lease %d was revoked, and lives".formatted(id), revoke, op);
            return;
        }
        var last = lease.lastRenewalBefore(op);
        if (last == null || nanosOfEnd(last) > asked) {
            return;
        }
        var from = Math.max(nanosOfEnd(last), steady.since(asked));
        var late = asked - from - lease.ttlNanos() - slackNanos;
        if (late > 0) {
            findings.add(
                    "outlived",
                    ("lease %d lives %d ms longer than its time to live and the slack "
                                    + "allow, counted from its last renewal and from the last "
                                    + "change of leaders")
                            .formatted(id, Duration.ofNanos(late).toMillis()),
                    last,
                    op);
        }
    }

    private static long nanosOfEnd(Op op) {
        var completion = op.completion();
        return completion == null ? Long.MAX_VALUE : completion.nanos();
    }

    /// @param until at least then it lives
    private record Renewal(Op op, long until) {}

    private static final class OneLease {

        private final List<Op> renewals = new ArrayList<>();
        private final List<Op> observations = new ArrayList<>();
        private @Nullable Op grant;
        private @Nullable Op attach;
        private @Nullable Op revoke;

        void take(Op op) {
            switch (op.function()) {
                case "grant" -> grant = op;
                case "attach" -> attach = op;
                case "revoke" -> revoke = op;
                default -> {
                    if (op.isOk()) {
                        observations.add(op);
                    }
                }
            }
            var isRenewal = op.function().equals("grant") || op.function().equals("keepalive");
            if (isRenewal && !(op.isOk() && isGone(op))) {
                renewals.add(op);
            }
        }

        boolean isGone(Op op) {
            return Tree.number(op.value(), 1) == 0;
        }

        /// Whether what is looked for was certainly made before.
        boolean wasThere(Op op) {
            var made = op.function().equals("look") ? attach : grant;
            return made != null && made.isOk() && made.end() < op.begin();
        }

        boolean isRevokeBegun(Op op) {
            return revoke != null && revoke.begin() < op.end();
        }

        /// The acknowledged renewal that lasts longest.
        @Nullable Renewal longest() {
            @Nullable Renewal best = null;
            for (var op : renewals) {
                if (op.isOk()) {
                    var ttl = Duration.ofSeconds(Tree.number(op.value(), 1)).toNanos();
                    var until = op.invoke().nanos() + ttl;
                    best = best == null || until > best.until() ? new Renewal(op, until) : best;
                }
            }
            return best;
        }

        /// The last call before `look` ended that may have renewed it, by its end.
        @Nullable Op lastRenewalBefore(Op look) {
            @Nullable Op last = null;
            for (var op : renewals) {
                var isCandidate = op.begin() < look.end() && op.type() != Event.Type.FAIL;
                if (isCandidate && (last == null || nanosOfEnd(op) > nanosOfEnd(last))) {
                    last = op;
                }
            }
            return last;
        }

        long ttlNanos() {
            var ttl = 0L;
            for (var op : renewals) {
                ttl = Math.max(ttl, op.isOk() ? Tree.number(op.value(), 1) : 0);
            }
            return Duration.ofSeconds(ttl).toNanos();
        }
    }
}
