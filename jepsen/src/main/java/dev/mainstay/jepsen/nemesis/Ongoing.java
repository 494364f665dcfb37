package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.util.List;

/// A fault put together from its parts.
record Ongoing(List<Integer> targets, String description, Healing healing) implements Fault {

    Ongoing {
        targets = List.copyOf(targets);
    }

    interface Healing {
        Evidence heal() throws IOException, InterruptedException;
    }

    @Override
    public Evidence heal() throws IOException, InterruptedException {
        return healing.heal();
    }
}
