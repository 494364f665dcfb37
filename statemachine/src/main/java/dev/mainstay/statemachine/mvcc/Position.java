package dev.mainstay.statemachine.mvcc;

/// How far a state is: written in the same batch as the data that it describes.
///
/// @param index index of the last applied log entry, -1 for none
/// @param term that entry's term
/// @param revision number of write transactions so far, from 1
/// @param lsn cumulative bytes of applied commands
/// @param micros commit time of the last entry, microseconds since 1970
public record Position(long index, long term, long revision, long lsn, long micros) {

    /// An empty store: revision 1, as etcd counts.
    public static final Position EMPTY = new Position(-1, 0, 1, 0, 0);
}
