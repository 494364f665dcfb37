package dev.mainstay.jepsen.report;

import java.util.List;

/// HTML as it is written, element by element; for one thread. Text is escaped here and nowhere
/// else.
final class Page {

    private static final String STYLE =
            """
            :root { --text: #1f2933; --faint: #6b7785; --rule: #dfe4ea; --good: #1d7a46;
              --bad: #b3261e; }
            * { box-sizing: border-box; }
            body { margin: 0 auto; padding: 28px 32px 60px; max-width: 1160px; color: var(--text);
              background: #fff; font: 14px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial,
              sans-serif; }
            h1 { font-size: 24px; font-weight: 650; margin: 0; }
            h2 { font-size: 17px; font-weight: 650; margin: 40px 0 10px; padding-bottom: 5px;
              border-bottom: 1px solid var(--rule); }
            h3 { font-size: 14px; font-weight: 650; margin: 22px 0 6px; }
            header { display: flex; align-items: center; gap: 16px; margin-bottom: 16px; }
            .badge { padding: 3px 14px; border-radius: 14px; color: #fff; font-weight: 650; }
            .good { background: var(--good); } .bad { background: var(--bad); }
            .yes { color: var(--good); font-weight: 600; }
            .no { color: var(--bad); font-weight: 600; }
            .cards { display: flex; flex-wrap: wrap; gap: 10px; }
            .card { border: 1px solid var(--rule); border-radius: 8px; padding: 8px 16px;
              min-width: 104px; }
            .card b { display: block; font-size: 20px; font-weight: 600;
              font-variant-numeric: tabular-nums; }
            .card span { color: var(--faint); font-size: 12px; }
            table { border-collapse: collapse; width: 100%; font-size: 13px; }
            th { text-align: left; color: var(--faint); font-weight: 600; font-size: 12px;
              border-bottom: 1px solid var(--rule); padding: 4px 14px 4px 0; }
            td { vertical-align: top; padding: 4px 14px 4px 0; border-bottom: 1px solid #eef1f4;
              overflow-wrap: anywhere; }
            td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
            td.k { white-space: nowrap; }
            code, pre { font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas,
              monospace; }
            pre { background: #f5f7f9; border-radius: 6px; padding: 10px 14px; margin: 6px 0;
              white-space: pre-wrap; overflow-wrap: anywhere; }
            .picture { overflow-x: auto; margin: 14px 0 4px; }
            svg { display: block; }
            svg text { font-family: system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
            p.hint { color: var(--faint); margin: 4px 0; font-size: 13px; }
            """;

    private final StringBuilder out = new StringBuilder(1 << 16);

    Page(String title) {
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        out.append("<meta name=\"viewport\" content=\"width=device-width\">\n");
        element("title", "", title);
        out.append("<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n");
    }

    String finished() {
        return out.append("</body>\n</html>\n").toString();
    }

    void heading(String text) {
        element("h2", "", text);
    }

    void subheading(String text) {
        element("h3", "", text);
    }

    void hint(String text) {
        element("p", "hint", text);
    }

    void preformatted(String text) {
        element("pre", "", text);
    }

    void picture(Drawing drawing) {
        out.append("<div class=\"picture\">\n").append(Svg.of(drawing)).append("</div>\n");
    }

    void banner(String title, boolean isGood, String verdict) {
        out.append("<header>");
        element("h1", "", title);
        element("span", isGood ? "badge good" : "badge bad", verdict);
        out.append("</header>\n");
    }

    record Card(String value, String name) {}

    void cards(List<Card> cards) {
        out.append("<div class=\"cards\">\n");
        for (var card : cards) {
            out.append("<div class=\"card\">");
            element("b", "", card.value());
            element("span", "", card.name());
            out.append("</div>\n");
        }
        out.append("</div>\n");
    }

    /// A cell of a table.
    ///
    /// @param kind a class of the style: `n` for a number, `k` for a word that is not broken, `yes`
    ///   and `no` for what is good and bad; empty for text
    record Cell(String text, String kind) {

        static Cell text(String text) {
            return new Cell(text, "");
        }

        static Cell key(String text) {
            return new Cell(text, "k");
        }

        static Cell number(String text) {
            return new Cell(text, "n");
        }

        static Cell judged(boolean isGood, String text) {
            return new Cell(text, isGood ? "yes" : "no");
        }
    }

    /// @param head a column for each; the kind of its cell goes for the head
    void table(List<Cell> head, List<List<Cell>> rows) {
        out.append("<table>\n<tr>");
        for (var cell : head) {
            element("th", cell.kind(), cell.text());
        }
        out.append("</tr>\n");
        for (var row : rows) {
            out.append("<tr>");
            for (var cell : row) {
                element("td", cell.kind(), cell.text());
            }
            out.append("</tr>\n");
        }
        out.append("</table>\n");
    }

    private void element(String name, String kind, String text) {
        out.append('<').append(name);
        if (!kind.isEmpty()) {
            out.append(" class=\"").append(kind).append('"');
        }
        out.append('>').append(Markup.escape(text)).append("</").append(name).append(">\n");
    }
}
