package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Op;
import java.util.List;
import java.util.Set;

/// What an object promises, for [Linearizability]: its state is one small number from 0, and every
/// call either fits a state or does not.
///
/// The object falls into parts that no call joins, such as the keys of a store. It is linearizable
/// if every part is.
public interface Model {

    /// What [Step#from] says of a state that the call does not fit.
    int IMPOSSIBLE = Integer.MIN_VALUE;

    /// Name of the part that the call is about.
    Object part(Op op);

    /// State of every part before the first call.
    int initial();

    /// The calls of one part, in the order of their beginnings. Left out are those that tell
    /// nothing: they had no effect and no answer, or an effect that could be taken away without
    /// making a possible history impossible.
    List<Call> calls(List<Op> ops);

    /// Whether `kept` is possible whenever `kept` and `gone` together are. What is shown as proof
    /// is made smaller only so.
    boolean mayGo(List<Call> kept, Set<Call> gone);

    /// The call in words, such as `wrote 5`.
    String tell(Call call);

    /// @param end place in the order of events before which it took effect; [Op#NEVER] if it may
    ///   have had none
    record Call(Op op, long begin, long end, Step step) {

        /// The same, if all that is known were known at this place already.
        Call asOf(long place) {
            return end <= place ? this : new Call(op, begin, Op.NEVER, step);
        }
    }

    /// What a call does to a state.
    interface Step {

        /// The state after it, [#IMPOSSIBLE] if it cannot happen in this one.
        int from(int state);

        /// The only state in which it can happen; [#IMPOSSIBLE] if there are others.
        int sees();

        /// The state after it; [#IMPOSSIBLE] for an observation, which never changes one.
        int brings();

        default boolean isObservation() {
            return brings() == IMPOSSIBLE;
        }
    }
}
