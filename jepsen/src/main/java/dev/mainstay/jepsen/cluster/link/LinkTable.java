package dev.mainstay.jepsen.cluster.link;

import dev.mainstay.jepsen.nemesis.Links;
import java.time.Duration;

/// The state of every directed link between some nodes. Any thread.
public final class LinkTable implements Links {

    private final Link[][] links;

    public LinkTable(int nodes) {
        links = new Link[nodes][nodes];
        for (var from = 0; from < nodes; from++) {
            for (var to = 0; to < nodes; to++) {
                links[from][to] = new Link();
            }
        }
    }

    int nodes() {
        return links.length;
    }

    Link link(int from, int to) {
        return links[from][to];
    }

    @Override
    public void cut(int from, int to) {
        between(from, to).change(Hindrance::cut);
    }

    @Override
    public void delay(int from, int to, Duration delay, Duration jitter) {
        between(from, to).change(h -> h.delayed(delay.toNanos(), jitter.toNanos()));
    }

    @Override
    public void lose(int from, int to, int percent) {
        between(from, to).change(h -> h.losing(percent));
    }

    @Override
    public void heal() {
        for (var row : links) {
            for (var link : row) {
                link.change(_ -> Hindrance.NONE);
            }
        }
    }

    @Override
    public long hindered(int from, int to) {
        return between(from, to).hindered();
    }

    private Link between(int from, int to) {
        if (from == to) {
            throw new IllegalArgumentException("no link from node %d to itself".formatted(from));
        }
        return links[from][to];
    }
}
