package dev.mainstay.statemachine.mvcc;

/// One value of one key.
///
/// @param modRevision the revision that wrote it
/// @param createRevision the revision that created the key, or created it again after a deletion
/// @param version 1 for the creation, one more with each write since
/// @param lease the lease that the key hangs on, or 0
/// @param value belongs to this version; only for reading
public record Version(
        long modRevision, long createRevision, long version, long lease, byte[] value) {}
