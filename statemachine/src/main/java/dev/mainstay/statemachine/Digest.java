package dev.mainstay.statemachine;

/// A hash of the state at one log index, the same on every member that has applied that index.
///
/// @param state over current, leases and settings; can be recomputed from what is stored
/// @param verdicts over every verdict ever given
/// @param hashKv etcd's HashKV: over KV keys alone, a function of the revision
public record Digest(long index, long revision, long state, long verdicts, int hashKv) {}
