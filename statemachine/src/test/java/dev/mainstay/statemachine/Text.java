package dev.mainstay.statemachine;

import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvAnswer.Found;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.feed.Change;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Results, answers and changes as text, to compare by content.
final class Text {

    private Text() {}

    static String of(List<Result> results) {
        return results.stream().map(Text::of).collect(Collectors.joining("\n"));
    }

    static String of(Result result) {
        return "%s %s%s %s"
                .formatted(
                        result.id(),
                        result.verdict(),
                        result.isRepeated() ? " again" : "",
                        answers(result.answers()));
    }

    static String answers(List<KvAnswer> answers) {
        return answers.stream().map(Text::of).collect(Collectors.joining(", ", "[", "]"));
    }

    static String of(KvAnswer answer) {
        return switch (answer) {
            case KvAnswer.Range(var found, boolean more, long count) ->
                    "range %s more=%s count=%d".formatted(found(found), more, count);
            case KvAnswer.Put(var previous) ->
                    "put " + (previous == null ? "-" : found(List.of(previous)));
            case KvAnswer.Delete(long deleted, var previous) ->
                    "delete %d %s".formatted(deleted, found(previous));
            case KvAnswer.Txn(boolean succeeded, var answers) ->
                    "txn %s %s".formatted(succeeded, answers(answers));
        };
    }

    static String found(List<Found> found) {
        return found.stream()
                .map(one -> of(one.key(), one.version()))
                .collect(Collectors.joining(" ", "{", "}"));
    }

    static String of(Revised revised) {
        return revised.changes().stream()
                .map(Text::of)
                .collect(Collectors.joining(" ", revised.revision() + ": ", ""));
    }

    static String of(Change change) {
        return "%s: %s -> %s".formatted(change.key(), of(change.before()), of(change.now()));
    }

    static String of(Map<Key, Version> state) {
        return state.entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("\n"));
    }

    static String of(Key key, @Nullable Version version) {
        return key + "=" + of(version);
    }

    static String of(@Nullable Version version) {
        return version == null
                ? "-"
                : "%d/%d/%d/%d:%s"
                        .formatted(
                                version.modRevision(),
                                version.createRevision(),
                                version.version(),
                                version.lease(),
                                HexFormat.of().formatHex(version.value()));
    }
}
