package dev.mainstay.jepsen.report;

/// Text made safe for HTML and SVG.
final class Markup {

    private Markup() {}

    /// With what has a meaning in markup escaped, and what may not occur in it replaced.
    static String escape(String text) {
        var out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> append(out, c));
        return out.toString();
    }

    private static void append(StringBuilder out, int c) {
        switch (c) {
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '&' -> out.append("&amp;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            case '\n', '\t' -> out.append((char) c);
            default -> out.appendCodePoint(isAllowed(c) ? c : '\ufffd');
        }
    }

    private static boolean isAllowed(int c) {
        return c >= ' ' && c != 0x7f && (c < 0xd800 || c > 0xdfff) && c != 0xfffe && c != 0xffff;
    }
}
