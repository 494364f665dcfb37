package dev.mainstay.jepsen.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// From values to places on a drawing. Immutable.
sealed interface Scale {

    /// Values outside of the scale are put at its ends.
    double at(double value);

    List<Tick> ticks();

    record Tick(double at, String label) {}

    /// Evenly from 0.
    ///
    /// @param max at `to`; 0 is at `from`
    /// @param steps about so many ticks
    record Linear(double max, double from, double to, int steps) implements Scale {

        @Override
        public double at(double value) {
            double share = max <= 0 ? 0 : Math.clamp(value / max, 0, 1);
            return from + (to - from) * share;
        }

        @Override
        public List<Tick> ticks() {
            double step = step(max / Math.max(1, steps));
            var ticks = new ArrayList<Tick>();
            for (var i = 0; i * step <= max * 1.000_001; i++) {
                ticks.add(new Tick(at(i * step), label(i * step)));
            }
            return ticks;
        }

        /// A round maximum, not below the greatest value.
        static double roundUp(double greatest, int steps) {
            double step = step(greatest / Math.max(1, steps));
            return Math.max(1, Math.ceil(greatest / step)) * step;
        }

        // 1, 2 or 5 times a power of ten.
        private static double step(double least) {
            if (!(least > 0)) {
                return 1;
            }
            double power = Math.pow(10, Math.floor(Math.log10(least)));
            double digit = least / power;
            return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
        }

        private static String label(double value) {
            return value == Math.rint(value)
                    ? String.format(Locale.ROOT, "%,d", (long) value)
                    : Double.toString(Math.round(value * 1000) / 1000.0);
        }
    }

    /// Milliseconds, a tick for each power of ten.
    ///
    /// @param least a power of ten, at `from`
    /// @param greatest a power of ten, at `to`
    record Log(double least, double greatest, double from, double to) implements Scale {

        static Log over(double smallest, double largest, double from, double to) {
            double low = Math.pow(10, Math.floor(Math.log10(Math.max(smallest, 0.01))));
            double high = Math.pow(10, Math.ceil(Math.log10(Math.max(largest, low * 10))));
            return new Log(low, high, from, to);
        }

        @Override
        public double at(double value) {
            double share =
                    Math.log10(Math.clamp(value, least, greatest) / least)
                            / Math.log10(greatest / least);
            return from + (to - from) * share;
        }

        @Override
        public List<Tick> ticks() {
            var ticks = new ArrayList<Tick>();
            for (double value = least; value <= greatest * 1.001; value *= 10) {
                ticks.add(new Tick(at(value), label(value)));
            }
            return ticks;
        }

        private static String label(double millis) {
            if (millis >= 1000) {
                return String.format(Locale.ROOT, "%,d s", Math.round(millis / 1000));
            }
            return millis >= 1 ? Math.round(millis) + " ms" : Math.round(millis * 1000) + " µs";
        }
    }
}
