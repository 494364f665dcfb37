package dev.mainstay.consensus;

/// A voter and where it is reached. Addresses are `host:port` as other machines see them.
public record Member(
        MemberId id,
        String sqlAddress,
        String grpcAddress,
        String raftAddress,
        String httpAddress) {}
