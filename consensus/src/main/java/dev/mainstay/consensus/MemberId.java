package dev.mainstay.consensus;

import java.util.HexFormat;
import java.util.regex.Pattern;

/// A member of a group, for ever: a replaced machine is a new member. Written
/// `name.0123456789abcdef`: the node's name and a 64-bit number that no other member of the group
/// ever had.
public record MemberId(String name, long number) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

    public MemberId {
        if (name.isEmpty() || name.length() > 64 || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a member name: '" + name + "'");
        }
    }

    public static MemberId parse(String text) {
        int dot = text.lastIndexOf('.');
        if (dot < 0 || text.length() - dot != 17) {
            throw new IllegalArgumentException("not a member id: '" + text + "'");
        }
        return new MemberId(
                text.substring(0, dot),
                HexFormat.fromHexDigitsToLong(text, dot + 1, text.length()));
    }

    @Override
    public String toString() {
        return name + "." + HexFormat.of().toHexDigits(number);
    }
}
