package dev.mainstay.server.kv.json;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import com.google.protobuf.util.JsonFormat;
import java.util.ArrayList;
import java.util.List;

/// JSON as etcd's gateway reads and writes it: 64-bit numbers as strings, bytes as base64, fields
/// by their names in the .proto files, no default values.
final class JsonText {

    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private JsonText() {}

    static String print(Message message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            // Only a message of type Any can fail so, and there is none.
            throw new AssertionError(e);
        }
    }

    static Message parse(String text, Message prototype) throws InvalidProtocolBufferException {
        var builder = prototype.newBuilderForType();
        PARSER.merge(text, builder);
        return builder.build();
    }

    static String quote(String text) {
        return print(StringValue.of(text));
    }

    /// The JSON objects that `text` consists of, one after the other; what is not well-formed ends
    /// up in one of them and fails when that is parsed.
    static List<String> split(String text) {
        var objects = new ArrayList<String>();
        int depth = 0;
        int begin = 0;
        boolean isInString = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isInString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    isInString = false;
                }
            } else if (c == '"') {
                isInString = true;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                objects.add(text.substring(begin, i + 1));
                begin = i + 1;
            }
        }
        var rest = text.substring(begin).strip();
        if (!rest.isEmpty()) {
            objects.add(rest);
        }
        return objects;
    }
}
