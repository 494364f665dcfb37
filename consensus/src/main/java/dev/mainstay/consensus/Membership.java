package dev.mainstay.consensus;

import java.util.List;
import java.util.Optional;

/// Who votes. While a change is under way, `previous` holds the voters of the old configuration,
/// and every decision needs a majority of both; otherwise it is empty.
public record Membership(List<Member> voters, List<Member> previous) {

    public static final Membership NONE = new Membership(List.of(), List.of());

    public Membership {
        voters = List.copyOf(voters);
        previous = List.copyOf(previous);
    }

    public Optional<Member> find(MemberId id) {
        return voters.stream()
                .filter(m -> m.id().equals(id))
                .findFirst()
                .or(() -> previous.stream().filter(m -> m.id().equals(id)).findFirst());
    }

    public boolean isChanging() {
        return !previous.isEmpty();
    }
}
