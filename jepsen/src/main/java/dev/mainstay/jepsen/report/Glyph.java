package dev.mainstay.jepsen.report;

import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;

/// The mark of one call; in the same form for both kinds of pictures.
enum Glyph {
    CIRCLE("m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0"),
    SQUARE("m-2-2h4v4h-4z"),
    TRIANGLE("m0-2.6l2.4 4.4h-4.8z"),
    DIAMOND("m0-2.7l2.7 2.7l-2.7 2.7l-2.7-2.7z"),
    WEDGE("m0 2.6l2.4-4.4h-4.8z"),
    BAR("m-.8-3h1.6v6h-1.6z"),
    DASH("m-3-.8h6v1.6h-6z");

    private final String path;

    Glyph(String path) {
        this.path = path;
    }

    /// The n-th of a legend; they repeat.
    static Glyph number(int n) {
        return values()[n % values().length];
    }

    /// Drawn from its middle, as relative commands of an SVG path.
    String path() {
        return path;
    }

    Shape at(double x, double y) {
        return switch (this) {
            case CIRCLE -> new Ellipse2D.Double(x - 2, y - 2, 4, 4);
            case SQUARE -> polygon(x, y, -2, -2, 2, -2, 2, 2, -2, 2);
            case TRIANGLE -> polygon(x, y, 0, -2.6, 2.4, 1.8, -2.4, 1.8);
            case DIAMOND -> polygon(x, y, 0, -2.7, 2.7, 0, 0, 2.7, -2.7, 0);
            case WEDGE -> polygon(x, y, 0, 2.6, 2.4, -1.8, -2.4, -1.8);
            case BAR -> polygon(x, y, -0.8, -3, 0.8, -3, 0.8, 3, -0.8, 3);
            case DASH -> polygon(x, y, -3, -0.8, 3, -0.8, 3, 0.8, -3, 0.8);
        };
    }

    private static Shape polygon(double x, double y, double... corners) {
        var shape = new Path2D.Double();
        shape.moveTo(x + corners[0], y + corners[1]);
        for (var i = 2; i < corners.length; i += 2) {
            shape.lineTo(x + corners[i], y + corners[i + 1]);
        }
        shape.closePath();
        return shape;
    }
}
