package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.LogListener;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What a member's listener heard. Any thread.
public final class Heard implements LogListener {

    private final Map<String, Object> last = new ConcurrentHashMap<>();

    @Override
    public void leaderChanged(@Nullable MemberId leader, long term) {
        last.put("leader", Optional.ofNullable(leader));
    }

    @Override
    public void leadershipReady(long term) {
        last.put("ready", term);
    }

    @Override
    public void leadershipLost() {
        last.put("lost", true);
    }

    @Override
    public void membershipChanged(Membership membership) {
        last.put("membership", membership);
    }

    @Override
    public void removed() {
        last.put("removed", true);
    }

    @Override
    public void failed(String reason, @Nullable Throwable cause) {
        last.put("failed", reason);
    }

    public boolean isRemoved() {
        return last.containsKey("removed");
    }

    public boolean hasLostLeadership() {
        return last.containsKey("lost");
    }

    public long readyTerm() {
        return (Long) last.getOrDefault("ready", -1L);
    }

    public Optional<String> failure() {
        return Optional.ofNullable((String) last.get("failed"));
    }
}
