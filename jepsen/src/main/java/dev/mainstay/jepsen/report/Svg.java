package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.report.Drawing.Area;
import dev.mainstay.jepsen.report.Drawing.Marks;
import dev.mainstay.jepsen.report.Drawing.Spot;
import dev.mainstay.jepsen.report.Drawing.Trace;
import dev.mainstay.jepsen.report.Drawing.Words;
import java.util.List;

/// A [Drawing] as an SVG element for a page; for one thread.
final class Svg {

    private final StringBuilder out = new StringBuilder();

    private Svg() {}

    static String of(Drawing drawing) {
        var svg = new Svg();
        svg.write(drawing);
        return svg.out.toString();
    }

    private void write(Drawing drawing) {
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
        attribute("aria-label", Markup.escape(drawing.title()));
        attribute("width", number(drawing.width()));
        attribute("height", number(drawing.height()));
        attribute("viewBox", "0 0 " + number(drawing.width()) + " " + number(drawing.height()));
        out.append(">\n");
        for (var shape : drawing.shapes()) {
            switch (shape) {
                case Area area -> area(area);
                case Trace trace -> trace(trace);
                case Marks marks -> marks(marks);
                case Words words -> words(words);
            }
            out.append('\n');
        }
        out.append("</svg>\n");
    }

    private void area(Area area) {
        var frame = area.frame();
        out.append("<rect");
        attribute("x", number(frame.x()));
        attribute("y", number(frame.y()));
        attribute("width", number(frame.width()));
        attribute("height", number(frame.height()));
        fill(area.fill());
        if (area.edge().isVisible()) {
            stroke(area.edge(), 1, area.isDashed());
        }
        end("rect", area.tip());
    }

    private void trace(Trace trace) {
        out.append("<path d=\"");
        points(trace.spots());
        out.append('"');
        fill(Ink.NONE);
        stroke(trace.ink(), trace.width(), trace.isDashed());
        out.append("/>");
    }

    private void points(List<Spot> spots) {
        var command = 'M';
        for (var spot : spots) {
            out.append(command).append(number(spot.x())).append(' ').append(number(spot.y()));
            command = 'L';
        }
    }

    private void marks(Marks marks) {
        out.append("<path d=\"");
        for (var spot : marks.spots()) {
            out.append('M').append(number(spot.x())).append(' ').append(number(spot.y()));
            out.append(marks.glyph().path());
        }
        out.append('"');
        fill(marks.ink());
        end("path", marks.tip());
    }

    private void words(Words words) {
        var type = words.type();
        out.append("<text");
        attribute("x", number(words.at().x()));
        attribute("y", number(words.at().y()));
        attribute("font-size", number(type.size()));
        if (type.isBold()) {
            attribute("font-weight", "600");
        }
        switch (type.anchor()) {
            case START -> {}
            case MIDDLE -> attribute("text-anchor", "middle");
            case END -> attribute("text-anchor", "end");
        }
        fill(words.ink());
        out.append('>').append(Markup.escape(words.text())).append("</text>");
    }

    private void fill(Ink ink) {
        attribute("fill", ink.isVisible() ? ink.hex() : "none");
        if (ink.isVisible() && ink.opacity() < 1) {
            attribute("fill-opacity", number(ink.opacity(), 100));
        }
    }

    private void stroke(Ink ink, double width, boolean isDashed) {
        attribute("stroke", ink.hex());
        attribute("stroke-width", number(width));
        if (ink.opacity() < 1) {
            attribute("stroke-opacity", number(ink.opacity(), 100));
        }
        if (isDashed) {
            attribute("stroke-dasharray", "4 3");
        }
    }

    private void end(String element, String tip) {
        if (tip.isEmpty()) {
            out.append("/>");
        } else {
            out.append("><title>").append(Markup.escape(tip)).append("</title></");
            out.append(element).append('>');
        }
    }

    private void attribute(String name, String value) {
        out.append(' ').append(name).append("=\"").append(value).append('"');
    }

    /// One decimal is a tenth of a pixel.
    private static String number(double value) {
        return number(value, 10);
    }

    private static String number(double value, long parts) {
        long scaled = Math.round(value * parts);
        return scaled % parts == 0
                ? Long.toString(scaled / parts)
                : Double.toString((double) scaled / parts);
    }
}
