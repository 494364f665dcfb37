package dev.mainstay.statemachine;

/// Hears of leases that began and ended, on the apply thread, after the entry's batch is written
/// and before its calls are answered. Must return at once.
public interface LeaseListener {

    /// Hears nothing.
    LeaseListener NONE =
            new LeaseListener() {
                @Override
                public void granted(long lease, long ttlSeconds) {}

                @Override
                public void ended(long lease) {}
            };

    void granted(long lease, long ttlSeconds);

    void ended(long lease);
}
