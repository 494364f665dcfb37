package dev.mainstay.statemachine.mvcc;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The keys `from <= key < to`; `to` null: all from `from` on. May be empty.
public record KeyRange(Key from, @Nullable Key to) {

    public static KeyRange only(Key key) {
        return new KeyRange(key, key.successor());
    }

    /// Whether only [#from] can lie in it.
    public boolean isOneKey() {
        if (to == null || to.length() != from.length() + 1) {
            return false;
        }
        var end = to.bytes();
        return end[from.length()] == 0
                && Arrays.equals(end, 0, from.length(), from.bytes(), 0, from.length());
    }

    public boolean isEmpty() {
        return to != null && from.compareTo(to) >= 0;
    }

    public boolean contains(Key key) {
        return from.compareTo(key) <= 0 && (to == null || key.compareTo(to) < 0);
    }

    public boolean overlaps(KeyRange other) {
        return !isEmpty()
                && !other.isEmpty()
                && (to == null || other.from.compareTo(to) < 0)
                && (other.to == null || from.compareTo(other.to) < 0);
    }
}
