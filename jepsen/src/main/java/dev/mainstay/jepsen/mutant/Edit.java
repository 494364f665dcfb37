package dev.mainstay.jepsen.mutant;

/// A place in one source file, and what stands there in the mutant.
///
/// @param file relative to the checkout
/// @param before whole lines, as they are in the product
/// @param after whole lines, in their place
public record Edit(String file, String before, String after) {

    /// The source with this edit. The text to replace must be there exactly once.
    String applyTo(String source) throws CannotPlantException {
        int at = find(source, 0);
        if (at < 0) {
            throw new CannotPlantException(file + " no longer contains:\n" + before);
        }
        if (find(source, at + 1) >= 0) {
            throw new CannotPlantException(file + " contains more than once:\n" + before);
        }
        return source.substring(0, at) + after + source.substring(at + before.length());
    }

    /// Where the text begins with a line, or -1.
    private int find(String source, int from) {
        int at = source.indexOf(before, from);
        while (at > 0 && source.charAt(at - 1) != '\n') {
            at = source.indexOf(before, at + 1);
        }
        return at;
    }
}
