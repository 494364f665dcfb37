package dev.mainstay.client.internal;

/// Hears what became of a call: exactly one of the two, once, usually on the event loop.
public interface Receiver<A> {

    void answered(A answer, Node from);

    void failed(Fault fault);
}
