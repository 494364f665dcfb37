package dev.mainstay.client.internal;

import io.grpc.MethodDescriptor;
import java.util.function.UnaryOperator;

/// A remote procedure, and how it may be tried again.
///
/// @param isPatient whether one node may take all the time there is
/// @param repeated what to send once an attempt may have been carried out
public record Method<Q, A>(
        MethodDescriptor<Q, A> descriptor,
        Route route,
        Repeat repeat,
        boolean isPatient,
        UnaryOperator<Q> repeated) {

    /// Which node is asked first.
    public enum Route {
        /// The leader when it is known, which saves a hop.
        LEADER,
        /// The client's home node: one that stays the same while it works.
        HOME
    }

    /// Which attempts may be followed by another.
    public enum Repeat {
        /// All that did not get a final answer: the request does nothing twice.
        ALWAYS,
        /// Only those that certainly were not carried out.
        IF_REFUSED,
        NEVER
    }

    static <Q, A> Method<Q, A> of(MethodDescriptor<Q, A> descriptor, Route route, Repeat repeat) {
        return new Method<>(
                descriptor, route, repeat, repeat != Repeat.ALWAYS, UnaryOperator.identity());
    }
}
