package dev.mainstay.jepsen.compat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes the answers of two servers comparable: what may differ becomes a word, and revisions
/// become distances from the revision at the start.
final class Normal {

    private static final Pattern REVISION =
            Pattern.compile(
                    "(\"(?:revision|create_revision|mod_revision|compact_revision)\":"
                            + "|\"(?:Revision|CreateRevision|ModRevision)\" : "
                            + "|compacted revision )(\\d+)");

    private record Rule(Pattern pattern, String replacement) {}

    // In this order.
    private static final List<Rule> RULES =
            List.of(
                    // Go's own journal, also on standard error.
                    rule("(?m)^\\{\"level\".*\\n", ""),
                    rule(
                            "\"(cluster_id|member_id|raft_term|raftTerm|raftIndex|raftAppliedIndex"
                                    + "|leader|dbSize|dbSizeInUse|hash|ttl)\":\\d+",
                            "\"$1\":<n>"),
                    rule(
                            "\"(ClusterID|MemberID|RaftTerm|RaftIndex|RaftAppliedIndex|Leader"
                                    + "|DBSize|DBSizeInUse|Hash|TTL)\" : \\d+",
                            "\"$1\" : <n>"),
                    rule("\"(ID|id)\":\\d+", "\"$1\":<id>"),
                    rule("\"(ID|MemberID)\" : \\d+", "\"$1\" : <id>"),
                    rule("(?<=/)[0-9a-f]{6,16}\\b", "<id>"),
                    rule("\\b[0-9a-f]{15,16}\\b", "<id>"),
                    rule("https?://", ""),
                    rule("(127\\.0\\.0\\.1|localhost):\\d+", "<address>"),
                    rule("(?<=<address>, )\\d+", "<n>"),
                    rule("(true|false), \\d+, \\d+, \\d+", "$1, <n>, <n>, <n>"),
                    rule("took = [0-9.]+[mµn]?s", "took <time>"),
                    rule("remaining\\(\\d+s\\)", "remaining(<time>)"),
                    rule("\\b\\d+(\\.\\d+)? [kMG]?B\\b", "<size>"),
                    rule("\"version\":\"3\\.[0-9.]+\"", "\"version\":\"<version>\""),
                    rule("\"Version\" : \"3\\.[0-9.]+\"", "\"Version\" : \"<version>\""),
                    rule("(?<=<id>, )3\\.\\d+\\.\\d+", "<version>"));

    private static final Pattern TABLE_RULE = Pattern.compile("\\+[-+]+\\+");
    private static final Pattern TABLE_NUMBER = Pattern.compile("\\b\\d+(\\.\\d+)*\\b");

    private static final Pattern JSON_LIST = Pattern.compile("\\[(\\{.*\\})\\]");
    private static final Pattern RECORD_END = Pattern.compile("(?<=\\}),(?=\\{)");

    private static final Pattern KEY_LIST =
            Pattern.compile("(\"keys\":\\[|attached keys\\(\\[)([^\\]]*)");

    private final long start;
    private final Map<String, String> remembered;

    /// @param remembered ids in hexadecimal, by name
    Normal(long start, Map<String, String> remembered) {
        this.start = start;
        this.remembered = remembered;
    }

    String of(String answer, boolean sorted) {
        var text = answer;
        for (var id : remembered.entrySet()) {
            var name = "<" + id.getKey() + ">";
            var number = Long.parseLong(id.getValue(), 16);
            // etcdctl fills up with zeros in some places and not in others.
            text = text.replace("%016x".formatted(number), name);
            text = text.replace(Long.toHexString(number), name);
            text = text.replace(Long.toString(number), name);
        }
        text = REVISION.matcher(text).replaceAll(m -> m.group(1) + "r" + distance(m.group(2)));
        for (var rule : RULES) {
            text = rule.pattern().matcher(text).replaceAll(rule.replacement());
        }
        text = KEY_LIST.matcher(text).replaceAll(Normal::sortedKeys);
        if (text.startsWith("+--")) {
            text = table(text);
        }
        return sorted ? sortedParts(text) : text;
    }

    // 0 stands for "none" and is no distance.
    private String distance(String revision) {
        var number = Long.parseLong(revision);
        return number == 0 ? "none" : "%+d".formatted(number - start);
    }

    // Column widths follow the widest value, so they differ as well.
    private static String table(String text) {
        var plain = TABLE_RULE.matcher(text).replaceAll("+-+");
        return TABLE_NUMBER.matcher(plain).replaceAll("<n>").replaceAll(" +", " ");
    }

    /// Lines in order, and within a line the records of a JSON list.
    private static String sortedParts(String text) {
        var lines = text.split("\n", -1);
        for (var i = 0; i < lines.length; i++) {
            lines[i] = JSON_LIST.matcher(lines[i]).replaceAll(Normal::sortedRecords);
        }
        Arrays.sort(lines);
        return String.join("\n", lines);
    }

    // etcd gives the keys of a lease in no order.
    private static String sortedKeys(MatchResult list) {
        var keys = list.group(2).split("[ ,]", -1);
        Arrays.sort(keys);
        return Matcher.quoteReplacement(list.group(1) + String.join(" ", keys));
    }

    private static String sortedRecords(MatchResult list) {
        var records = RECORD_END.split(list.group(1), -1);
        Arrays.sort(records);
        return Matcher.quoteReplacement("[" + String.join(",", records) + "]");
    }

    private static Rule rule(String pattern, String replacement) {
        return new Rule(Pattern.compile(pattern), replacement);
    }
}
