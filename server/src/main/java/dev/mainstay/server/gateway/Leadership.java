package dev.mainstay.server.gateway;

import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who leads, as this node last heard. Written by the log's callbacks, read by every call.
final class Leadership {

    private record View(boolean leads, long term, @Nullable MemberId leader, Membership members) {}

    private volatile View view = new View(false, 0, null, Membership.NONE);

    boolean isLeading() {
        return view.leads;
    }

    /// The term in which this node leads, or 0.
    long leadingTerm() {
        var now = view;
        return now.leads ? now.term : 0;
    }

    Optional<Member> leader() {
        var now = view;
        return now.leader == null ? Optional.empty() : now.members.find(now.leader);
    }

    Membership members() {
        return view.members;
    }

    synchronized void leaderIs(@Nullable MemberId leader) {
        view = new View(view.leads, view.term, leader, view.members);
    }

    synchronized void leads(long term) {
        view = new View(true, term, view.leader, view.members);
    }

    synchronized void leadsNoLonger() {
        view = new View(false, 0, view.leader, view.members);
    }

    synchronized void membersAre(Membership members) {
        view = new View(view.leads, view.term, view.leader, members);
    }
}
