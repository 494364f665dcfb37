package dev.mainstay.statemachine;

/// What may differ between members without their states differing.
///
/// @param garbagePieceRows rows that one call of [Store#collectGarbage] deletes at most, about
public record StoreSettings(int garbagePieceRows) {

    public static final StoreSettings DEFAULT = new StoreSettings(1_000);
}
