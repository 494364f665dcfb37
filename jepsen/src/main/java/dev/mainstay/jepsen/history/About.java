package dev.mainstay.jepsen.history;

/// What is known about a call beside its value.
///
/// @param node whom it was sent to, such as `n2`; empty if to any
/// @param mode of a read: `strict`, `session`, `bounded:500` (milliseconds), `local`; else empty
/// @param revision of the answer, or of the state that was read; 0 if unknown
/// @param term of the answer; 0 if unknown
/// @param attempts how often it was sent as far as known, from 1
public record About(String node, String mode, long revision, long term, int attempts) {

    public static final About NOTHING = new About("", "", 0, 0, 1);

    public static About node(String node) {
        return new About(node, "", 0, 0, 1);
    }

    public About withMode(String newMode) {
        return new About(node, newMode, revision, term, attempts);
    }

    public About at(long newRevision, long newTerm) {
        return new About(node, mode, newRevision, newTerm, attempts);
    }
}
