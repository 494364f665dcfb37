package dev.mainstay.jepsen.workload;

import dev.mainstay.client.Database;
import dev.mainstay.client.KeyValue;
import dev.mainstay.client.RangeResult;
import dev.mainstay.jepsen.history.About;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// A workload's place in a [Site]: its keys, its clients, its choices. Immutable.
record Place(Site site, String workload) {

    /// @param name within the workload
    String key(Object name) {
        return root() + name;
    }

    /// What all keys of the workload begin with.
    String root() {
        return site.prefix() + workload + "/";
    }

    Client client() {
        return new Client(site.recorder(), workload);
    }

    /// @param who different workers make different choices
    RandomGenerator random(int who) {
        return new SplittableRandom(site.seed() * 31 + workload.hashCode() * 1_000L + who);
    }

    Database pinned(int node) {
        return site.pinned().get(node);
    }

    static About at(int node, String mode) {
        return About.node(Site.nodeName(node)).withMode(mode);
    }

    /// Values of keys are numbers; a missing key is 0.
    static long valueOf(KeyValue entry) {
        return Long.parseLong(entry.value().text());
    }

    static long valueOf(RangeResult found) {
        return found.entry().map(Place::valueOf).orElse(0L);
    }

    static long modRevisionOf(RangeResult found) {
        return found.entry().map(KeyValue::modRevision).orElse(0L);
    }

    /// The number at the end of a key.
    static long lastOf(KeyValue entry) {
        var key = entry.key().text();
        return Long.parseLong(key.substring(key.lastIndexOf('/') + 1));
    }
}
