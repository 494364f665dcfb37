package dev.mainstay.client;

/// How a key is put. Immutable; each method gives a changed copy of it.
///
/// @param lease the key goes when this lease ends; 0 = none
/// @param returnsPrevious whether the answer holds what the key held before
/// @param keepsValue leaves the value as it is; the key must exist
/// @param keepsLease leaves the lease as it is; the key must exist
public record PutOptions(
        long lease, boolean returnsPrevious, boolean keepsValue, boolean keepsLease) {

    public static final PutOptions DEFAULT = new PutOptions(0, false, false, false);

    public PutOptions withLease(long id) {
        return new PutOptions(id, returnsPrevious, keepsValue, keepsLease);
    }

    public PutOptions returningPrevious() {
        return new PutOptions(lease, true, keepsValue, keepsLease);
    }

    public PutOptions keepingValue() {
        return new PutOptions(lease, returnsPrevious, true, keepsLease);
    }

    public PutOptions keepingLease() {
        return new PutOptions(lease, returnsPrevious, keepsValue, true);
    }
}
