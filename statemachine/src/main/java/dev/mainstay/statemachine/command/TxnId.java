package dev.mainstay.statemachine.command;

/// The identity of one transaction: whatever is proposed under it is carried out at most once.
///
/// Ids whose `high` is 0 are made by a node: the upper 24 bits of `low` are the node's incarnation,
/// given to it by the log ([Command.NodeStart]), the rest counts up. All others come from clients.
public record TxnId(long high, long low) implements Comparable<TxnId> {

    /// Bits of `low` below the incarnation.
    public static final int COUNTER_BITS = 40;

    public boolean isMadeByNode() {
        return high == 0;
    }

    @Override
    public int compareTo(TxnId other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return isMadeByNode() ? Long.toUnsignedString(low) : "%016x%016x".formatted(high, low);
    }
}
