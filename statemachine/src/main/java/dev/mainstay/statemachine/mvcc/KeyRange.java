package dev.mainstay.statemachine.mvcc;

import org.jspecify.annotations.Nullable;

/// The keys `from <= key < to`; `to` null: all from `from` on. May be empty.
public record KeyRange(Key from, @Nullable Key to) {

    public static KeyRange only(Key key) {
        return new KeyRange(key, key.successor());
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
