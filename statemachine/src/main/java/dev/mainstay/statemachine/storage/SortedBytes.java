package dev.mainstay.statemachine.storage;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An immutable ordered map of byte strings; every change makes a new one that shares most nodes.
///
/// A treap: a search tree by key and a heap by a hash of the key, hence balanced by chance and of
/// one shape for one content.
final class SortedBytes {

    static final SortedBytes EMPTY = new SortedBytes(null);

    private final @Nullable Node root;

    private SortedBytes(@Nullable Node root) {
        this.root = root;
    }

    byte @Nullable [] get(byte[] key) {
        var node = root;
        while (node != null) {
            int order = Arrays.compareUnsigned(key, node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    SortedBytes put(byte[] key, byte[] value) {
        return new SortedBytes(put(root, new Node(key, value, rank(key), null, null)));
    }

    SortedBytes delete(byte[] key) {
        return get(key) == null ? this : new SortedBytes(delete(root, key));
    }

    /// Without the keys `from <= key < to`.
    SortedBytes deleteRange(byte[] from, byte[] to) {
        if (Arrays.compareUnsigned(from, to) >= 0) {
            return this;
        }
        return new SortedBytes(join(below(root, from), notBelow(root, to)));
    }

    Walk walk(byte[] from, byte @Nullable [] to, boolean descending) {
        return new Walk(root, from, to, descending);
    }

    private static int rank(byte[] key) {
        int hash = Arrays.hashCode(key) * 0x9E3779B9;
        return (hash ^ (hash >>> 15)) * 0x85EBCA6B;
    }

    private static Node put(@Nullable Node node, Node added) {
        if (node == null) {
            return added;
        }
        int order = Arrays.compareUnsigned(added.key, node.key);
        if (order == 0) {
            return new Node(added.key, added.value, node.rank, node.left, node.right);
        }
        if (added.rank > node.rank) {
            // Here the new key is not in this subtree: an equal key would have an equal rank, and
            // so lie above.
            return added.with(below(node, added.key), notBelow(node, added.key));
        }
        return order < 0
                ? node.with(put(node.left, added), node.right)
                : node.with(node.left, put(node.right, added));
    }

    private static @Nullable Node delete(@Nullable Node node, byte[] key) {
        if (node == null) {
            return null;
        }
        int order = Arrays.compareUnsigned(key, node.key);
        if (order == 0) {
            return join(node.left, node.right);
        }
        return order < 0
                ? node.with(delete(node.left, key), node.right)
                : node.with(node.left, delete(node.right, key));
    }

    private static @Nullable Node below(@Nullable Node node, byte[] bound) {
        if (node == null) {
            return null;
        }
        return Arrays.compareUnsigned(node.key, bound) < 0
                ? node.with(node.left, below(node.right, bound))
                : below(node.left, bound);
    }

    private static @Nullable Node notBelow(@Nullable Node node, byte[] bound) {
        if (node == null) {
            return null;
        }
        return Arrays.compareUnsigned(node.key, bound) < 0
                ? notBelow(node.right, bound)
                : node.with(notBelow(node.left, bound), node.right);
    }

    private static @Nullable Node join(@Nullable Node low, @Nullable Node high) {
        if (low == null) {
            return high;
        }
        if (high == null) {
            return low;
        }
        return low.rank >= high.rank
                ? low.with(low.left, join(low.right, high))
                : high.with(join(low, high.left), high.right);
    }

    record Node(byte[] key, byte[] value, int rank, @Nullable Node left, @Nullable Node right) {

        Node with(@Nullable Node newLeft, @Nullable Node newRight) {
            return new Node(key, value, rank, newLeft, newRight);
        }
    }

    /// Steps through the entries of a range, in either direction.
    static final class Walk {

        /// The path to the next entry: nodes whose own entry and farther side are still to come.
        private final ArrayDeque<Node> path = new ArrayDeque<>();

        private final byte[] from;
        private final byte @Nullable [] to;
        private final boolean descending;

        private Walk(@Nullable Node root, byte[] from, byte @Nullable [] to, boolean descending) {
            this.from = from.clone();
            this.to = to == null ? null : to.clone();
            this.descending = descending;
            descend(root);
        }

        /// The next entry, or null.
        @Nullable Node next() {
            var node = path.poll();
            if (node == null) {
                return null;
            }
            if (isBeyond(node)) {
                path.clear();
                return null;
            }
            descend(descending ? node.left : node.right);
            return node;
        }

        private void descend(@Nullable Node start) {
            var node = start;
            while (node != null) {
                if (isBefore(node)) {
                    node = descending ? node.left : node.right;
                } else {
                    path.push(node);
                    node = descending ? node.right : node.left;
                }
            }
        }

        private boolean isBefore(Node node) {
            return descending ? isAtOrAboveTo(node) : isBelowFrom(node);
        }

        private boolean isBeyond(Node node) {
            return descending ? isBelowFrom(node) : isAtOrAboveTo(node);
        }

        private boolean isBelowFrom(Node node) {
            return Arrays.compareUnsigned(node.key, from) < 0;
        }

        private boolean isAtOrAboveTo(Node node) {
            return to != null && Arrays.compareUnsigned(node.key, to) >= 0;
        }
    }
}
