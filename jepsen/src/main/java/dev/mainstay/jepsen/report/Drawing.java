package dev.mainstay.jepsen.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A picture: shapes in the order in which they are drawn, for one thread. [Svg] and [Png] make
/// files of it.
final class Drawing {

    /// Where a text's `x` is in it.
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    record Spot(double x, double y) {}

    sealed interface Shape {}

    /// @param tip shown when pointed at; empty for none
    record Area(Frame frame, Ink fill, Ink edge, boolean isDashed, String tip) implements Shape {}

    record Trace(List<Spot> spots, Ink ink, double width, boolean isDashed) implements Shape {

        Trace {
            spots = List.copyOf(spots);
        }
    }

    /// Marks that look alike.
    ///
    /// @param tip of all of them; empty for none
    record Marks(Glyph glyph, List<Spot> spots, Ink ink, String tip) implements Shape {

        Marks {
            spots = List.copyOf(spots);
        }
    }

    /// @param at the left, middle or right end of the base line
    record Words(Spot at, String text, Lettering type, Ink ink) implements Shape {}

    record Lettering(double size, boolean isBold, Anchor anchor) {

        static final Lettering LABEL = new Lettering(11, false, Anchor.START);
        static final Lettering SMALL = new Lettering(9.5, false, Anchor.START);
        static final Lettering TITLE = new Lettering(13, true, Anchor.START);

        Lettering anchored(Anchor newAnchor) {
            return new Lettering(size, isBold, newAnchor);
        }

        Lettering bold() {
            return new Lettering(size, true, anchor);
        }

        /// Generous: fonts differ from reader to reader.
        double width(String text) {
            return text.codePointCount(0, text.length()) * size * (isBold ? 0.64 : 0.59);
        }

        /// What fits in a width, with an ellipsis if something is left out; empty if nothing does.
        String fit(String text, double width) {
            if (width(text) <= width) {
                return text;
            }
            int room = (int) (width / width("x")) - 1;
            if (room < 1) {
                return "";
            }
            return text.substring(0, text.offsetByCodePoints(0, room)) + "…";
        }
    }

    /// A rectangle.
    record Frame(double x, double y, double width, double height) {

        double right() {
            return x + width;
        }

        double bottom() {
            return y + height;
        }
    }

    private final String title;
    private final double width;
    private double height;
    private final List<Shape> shapes = new ArrayList<>();

    /// @param title for those who cannot see it
    Drawing(String title, double width, double height) {
        this.title = title;
        this.width = width;
        this.height = height;
    }

    String title() {
        return title;
    }

    double width() {
        return width;
    }

    double height() {
        return height;
    }

    void growTo(double newHeight) {
        height = Math.max(height, newHeight);
    }

    List<Shape> shapes() {
        return Collections.unmodifiableList(shapes);
    }

    void add(Shape shape) {
        shapes.add(shape);
    }

    void fill(Frame frame, Ink ink, String tip) {
        add(new Area(frame, ink, Ink.NONE, false, tip));
    }

    void line(Spot from, Spot to, Ink ink, double thickness) {
        add(new Trace(List.of(from, to), ink, thickness, false));
    }

    void text(double x, double y, String text, Lettering type, Ink ink) {
        if (!text.isEmpty()) {
            add(new Words(new Spot(x, y), text, type, ink));
        }
    }
}
