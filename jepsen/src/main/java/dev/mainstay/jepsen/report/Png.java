package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.report.Drawing.Area;
import dev.mainstay.jepsen.report.Drawing.Marks;
import dev.mainstay.jepsen.report.Drawing.Trace;
import dev.mainstay.jepsen.report.Drawing.Words;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/// A [Drawing] as a PNG file, painted without a display; for one thread.
final class Png {

    private static final double SCALE = 1.5;
    // A wide timeline would need a gigabyte.
    private static final double PIXELS_MAX = 24e6;
    private static final float[] DASHES = {4, 3};

    private final Graphics2D graphics;

    private Png(Graphics2D graphics) {
        this.graphics = graphics;
    }

    /// Throws [IOException] also where Java cannot paint, such as without any font.
    static void write(Drawing drawing, Path file) throws IOException {
        System.setProperty("java.awt.headless", "true");
        try {
            var image = paint(drawing);
            if (!ImageIO.write(image, "png", file.toFile())) {
                throw new IOException("this Java writes no PNG");
            }
        } catch (InternalError | LinkageError e) {
            throw new IOException("this Java cannot paint: " + e.getMessage(), e);
        }
    }

    private static BufferedImage paint(Drawing drawing) {
        double pixels = drawing.width() * drawing.height();
        double scale = Math.min(SCALE, Math.sqrt(PIXELS_MAX / pixels));
        var image =
                new BufferedImage(
                        (int) Math.ceil(drawing.width() * scale),
                        (int) Math.ceil(drawing.height() * scale),
                        BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
            graphics.scale(scale, scale);
            hint(graphics);
            new Png(graphics).paintAll(drawing);
        } finally {
            graphics.dispose();
        }
        return image;
    }

    private static void hint(Graphics2D graphics) {
        graphics.setRenderingHint(
                RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(
                RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        graphics.setRenderingHint(
                RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    }

    private void paintAll(Drawing drawing) {
        for (var shape : drawing.shapes()) {
            switch (shape) {
                case Area area -> area(area);
                case Trace trace -> trace(trace);
                case Marks marks -> marks(marks);
                case Words words -> words(words);
            }
        }
    }

    private void area(Area area) {
        var frame = area.frame();
        var shape = new Rectangle2D.Double(frame.x(), frame.y(), frame.width(), frame.height());
        if (area.fill().isVisible()) {
            use(area.fill());
            graphics.fill(shape);
        }
        if (area.edge().isVisible()) {
            use(area.edge());
            pen(1, area.isDashed());
            graphics.draw(shape);
        }
    }

    private void trace(Trace trace) {
        if (trace.spots().isEmpty()) {
            return;
        }
        var path = new Path2D.Double();
        var first = trace.spots().getFirst();
        path.moveTo(first.x(), first.y());
        for (var spot : trace.spots()) {
            path.lineTo(spot.x(), spot.y());
        }
        use(trace.ink());
        pen(trace.width(), trace.isDashed());
        graphics.draw(path);
    }

    private void marks(Marks marks) {
        use(marks.ink());
        for (var spot : marks.spots()) {
            graphics.fill(marks.glyph().at(spot.x(), spot.y()));
        }
    }

    private void words(Words words) {
        var type = words.type();
        var font =
                new Font(Font.SANS_SERIF, type.isBold() ? Font.BOLD : Font.PLAIN, 1)
                        .deriveFont((float) type.size() * 0.94f);
        graphics.setFont(font);
        use(words.ink());
        double width =
                font.getStringBounds(words.text(), graphics.getFontRenderContext()).getWidth();
        double x =
                switch (type.anchor()) {
                    case START -> words.at().x();
                    case MIDDLE -> words.at().x() - width / 2;
                    case END -> words.at().x() - width;
                };
        graphics.drawString(words.text(), (float) x, (float) words.at().y());
    }

    private void use(Ink ink) {
        graphics.setColor(
                new Color(
                        (ink.rgb() >> 16) & 0xff,
                        (ink.rgb() >> 8) & 0xff,
                        ink.rgb() & 0xff,
                        (int) Math.round(ink.opacity() * 255)));
    }

    private void pen(double width, boolean isDashed) {
        graphics.setStroke(
                new BasicStroke(
                        (float) width,
                        BasicStroke.CAP_BUTT,
                        BasicStroke.JOIN_ROUND,
                        10,
                        isDashed ? DASHES : null,
                        0));
    }
}
