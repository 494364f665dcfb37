package dev.mainstay.server.gateway;

import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogOperationException.Kind;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.ReplicatedLog;
import dev.mainstay.consensus.Standing;
import dev.mainstay.server.gateway.Remote.Report;
import dev.mainstay.statemachine.Store;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The group's members: the voters as the log has them, and announced ones, which are settings
/// `member.<number>` with their peer URLs, one a line.
public final class GroupMembers implements Members {

    static final String ANNOUNCED = "member.";

    private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(50);
    private static final Duration UPDATE_TIMEOUT = Duration.ofSeconds(10);

    /// Changes a setting through the log; blocking. Returns once it is stored.
    interface Settings {
        void put(String name, byte @Nullable [] value)
                throws LogOperationException, InterruptedException;
    }

    private final ReplicatedLog log;
    private final Leadership leadership;
    private final Remote remote;
    private final Supplier<Store> store;
    private final Settings settings;
    private final String version;
    private final SecureRandom random = new SecureRandom();

    GroupMembers(
            ReplicatedLog log,
            Leadership leadership,
            Remote remote,
            Supplier<Store> store,
            Settings settings,
            String version) {
        this.log = log;
        this.leadership = leadership;
        this.remote = remote;
        this.store = store;
        this.settings = settings;
        this.version = version;
    }

    @Override
    public List<MemberView> list() {
        var members = new ArrayList<MemberView>();
        for (var voter : log.membership().voters()) {
            members.add(
                    new MemberView(
                            voter.id().number(),
                            voter.id().name(),
                            List.of("http://" + voter.raftAddress()),
                            List.of("http://" + voter.grpcAddress()),
                            voter));
        }
        for (var announced : announced()) {
            // One that has just become a voter may still be announced too, for a moment.
            if (members.stream().noneMatch(m -> m.number() == announced.number())) {
                members.add(announced);
            }
        }
        return members;
    }

    private List<MemberView> announced() {
        var members = new ArrayList<MemberView>();
        try (var view = store.get().openReadView()) {
            for (var setting : view.settings(ANNOUNCED)) {
                long number =
                        HexFormat.fromHexDigitsToLong(setting.name().substring(ANNOUNCED.length()));
                var urls = new String(setting.value(), StandardCharsets.UTF_8).lines().toList();
                members.add(new MemberView(number, "", urls, List.of(), null));
            }
        }
        return members;
    }

    @Override
    public List<MemberReport> ask(Duration timeout) throws InterruptedException {
        var voters = log.membership().voters();
        var standing = log.standing();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<Optional<Report>>>();
            for (var voter : voters) {
                answers.add(
                        threads.submit(() ->
                                voter.id().equals(standing.self())
                                        ? Optional.of(own(standing))
                                        : remote.report(voter, timeout)));
            }
            return reports(voters, answers);
        }
    }

    private static List<MemberReport> reports(
            List<Member> voters, List<Future<Optional<Report>>> answers)
            throws InterruptedException {
        var found = new ArrayList<Optional<Report>>();
        long committed = -1;
        for (var answer : answers) {
            var report = get(answer);
            found.add(report);
            committed = Math.max(committed, report.map(Report::committed).orElse(-1L));
        }
        var reports = new ArrayList<MemberReport>();
        for (int i = 0; i < voters.size(); i++) {
            var voter = voters.get(i);
            long newest = committed;
            reports.add(
                    found.get(i)
                            .map(r ->
                                    new MemberReport(
                                            voter,
                                            r.role(),
                                            r.term(),
                                            r.applied(),
                                            Math.max(0, newest - r.applied()),
                                            r.version()))
                            .orElse(new MemberReport(voter, "down", 0, -1, -1, "")));
        }
        return reports;
    }

    private static Optional<Report> get(Future<Optional<Report>> answer)
            throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            return Optional.empty();
        }
    }

    /// What this member says of itself.
    public Report own() {
        return own(log.standing());
    }

    private Report own(Standing standing) {
        return new Report(
                standing.role().name().toLowerCase(Locale.ROOT),
                standing.term(),
                standing.applied().value(),
                standing.committed().value(),
                version);
    }

    @Override
    public void transferLeadership(@Nullable MemberId target, Duration timeout)
            throws LogOperationException, InterruptedException {
        if (leadership.isLeading()) {
            log.transferLeadership(target, timeout);
        } else {
            remote.transfer(leader(), target, timeout);
        }
    }

    @Override
    public void change(@Nullable Member add, @Nullable MemberId remove, Duration timeout)
            throws LogOperationException, InterruptedException {
        changeAtLeader(add, remove, timeout);
        if (add != null) {
            forget(add.id().number());
        }
        if (remove != null) {
            forget(remove.number());
        }
    }

    /// A leader that is to go hands over and says that another one must be asked; and the one that
    /// is asked may have ceased to lead.
    private void changeAtLeader(@Nullable Member add, @Nullable MemberId remove, Duration timeout)
            throws LogOperationException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                if (leadership.isLeading()) {
                    log.changeMembers(add, remove, timeout);
                } else {
                    remote.change(leader(), add, remove, timeout);
                }
                return;
            } catch (LogOperationException e) {
                if (e.kind() != Kind.NOT_LEADER
                        || deadline - System.nanoTime() < ASK_AGAIN_AFTER.toNanos()) {
                    throw e;
                }
                Thread.sleep(ASK_AGAIN_AFTER);
            }
        }
    }

    private Member leader() throws LogOperationException {
        return leadership
                .leader()
                .orElseThrow(() ->
                        new LogOperationException(Kind.NOT_LEADER, "the group has no leader now"));
    }

    private static String name(long number) {
        return ANNOUNCED + HexFormat.of().toHexDigits(number);
    }

    private boolean isAnnounced(long number) {
        try (var view = store.get().openReadView()) {
            return view.setting(name(number)) != null;
        }
    }

    private void forget(long number) throws LogOperationException, InterruptedException {
        if (isAnnounced(number)) {
            settings.put(name(number), null);
        }
    }

    @Override
    public MemberView announce(List<String> peerUrls)
            throws LogOperationException, InterruptedException {
        long number = random.nextLong();
        put(number, peerUrls);
        return new MemberView(number, "", List.copyOf(peerUrls), List.of(), null);
    }

    @Override
    public void remove(long number, Duration timeout)
            throws LogOperationException, InterruptedException {
        if (find(number).isEmpty() && isAnnounced(number)) {
            forget(number);
        } else {
            change(null, voter(number).id(), timeout);
        }
    }

    @Override
    public void update(long number, List<String> peerUrls)
            throws LogOperationException, InterruptedException {
        if (find(number).isEmpty() && isAnnounced(number)) {
            put(number, peerUrls);
            return;
        }
        var voter = voter(number);
        var raftAddress = peerUrls.getFirst().replaceFirst("^https?://", "");
        var moved =
                new Member(
                        voter.id(),
                        voter.sqlAddress(),
                        voter.grpcAddress(),
                        raftAddress,
                        voter.httpAddress());
        // In one change, or it would be a voter already. Also to the address that it has: an
        // earlier change to it may have broken off half-way.
        change(moved, moved.id(), UPDATE_TIMEOUT);
    }

    private void put(long number, List<String> peerUrls)
            throws LogOperationException, InterruptedException {
        var urls = String.join("\n", peerUrls).getBytes(StandardCharsets.UTF_8);
        settings.put(name(number), urls);
    }

    private Optional<Member> find(long number) {
        return log.membership().voters().stream()
                .filter(m -> m.id().number() == number)
                .findFirst();
    }

    private Member voter(long number) throws LogOperationException {
        return find(number)
                .orElseThrow(() ->
                        new LogOperationException(
                                Kind.NO_SUCH_MEMBER,
                                "no member has the number " + HexFormat.of().toHexDigits(number)));
    }
}
