package dev.mainstay.server.cli;

import java.util.ArrayList;
import java.util.List;

/// Rows of text with aligned columns.
final class Table {

    private final List<String[]> rows = new ArrayList<>();

    Table(String... header) {
        rows.add(header);
    }

    void add(String... cells) {
        assert cells.length == rows.getFirst().length : "a row of " + cells.length + " cells";
        rows.add(cells);
    }

    List<String> lines() {
        var lines = new ArrayList<String>();
        for (var row : rows) {
            var line = new StringBuilder();
            for (int column = 0; column < row.length; column++) {
                line.append(row[column]).repeat(' ', width(column) - row[column].length() + 2);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private int width(int column) {
        int width = 0;
        for (var row : rows) {
            width = Math.max(width, row[column].length());
        }
        return width;
    }
}
