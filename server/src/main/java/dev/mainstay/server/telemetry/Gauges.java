package dev.mainstay.server.telemetry;

import java.util.Map;
import java.util.function.Supplier;

/// Where a part of the node leaves the figures that it can say at any time.
public interface Gauges {

    /// Shows every figure of the map as `mainstay_<prefix>_<name>`. The supplier runs once per
    /// scrape, on the scraping thread; it must not block. Names may come later, but not go.
    void add(String prefix, Supplier<? extends Map<String, ? extends Number>> figures);
}
