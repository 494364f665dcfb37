package dev.mainstay.server.kv.watch;

import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Which of many ranges hold a key: a treap ordered by where ranges begin, each node knowing the
/// farthest end below it. Equal ranges share a node. One thread at a time.
///
/// Adding, removing and asking cost O(log n), plus what is found; ranges are never empty.
final class RangeTree<T> {

    private final SplittableRandom priorities = new SplittableRandom(42);
    private @Nullable Node<T> root;

    void add(KeyRange range, T item) {
        var node = find(range);
        if (node != null) {
            node.items.add(item);
            return;
        }
        node = new Node<>(range, priorities.nextInt());
        node.items.add(item);
        root = insert(root, node);
    }

    void remove(KeyRange range, T item) {
        var node = find(range);
        if (node != null && node.items.remove(item) && node.items.isEmpty()) {
            root = delete(root, range);
        }
    }

    void forEachHolding(Key key, Consumer<T> each) {
        visit(root, key, each);
    }

    private static <T> void visit(@Nullable Node<T> node, Key key, Consumer<T> each) {
        while (node != null && isBefore(key, node.farthest)) {
            visit(node.left, key, each);
            if (node.range.from().compareTo(key) > 0) {
                return;
            }
            if (isBefore(key, node.range.to())) {
                node.items.forEach(each);
            }
            node = node.right;
        }
    }

    private @Nullable Node<T> find(KeyRange range) {
        var node = root;
        while (node != null) {
            int order = compare(range, node.range);
            if (order == 0) {
                return node;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    private static <T> Node<T> insert(@Nullable Node<T> node, Node<T> added) {
        if (node == null) {
            return added;
        }
        if (compare(added.range, node.range) < 0) {
            node.left = insert(node.left, added);
            return node.left.priority > node.priority ? rotateRight(node, node.left) : node.sum();
        }
        node.right = insert(node.right, added);
        return node.right.priority > node.priority ? rotateLeft(node, node.right) : node.sum();
    }

    private static <T> @Nullable Node<T> delete(@Nullable Node<T> node, KeyRange range) {
        if (node == null) {
            return null;
        }
        int order = compare(range, node.range);
        if (order == 0) {
            return merge(node.left, node.right);
        }
        if (order < 0) {
            node.left = delete(node.left, range);
        } else {
            node.right = delete(node.right, range);
        }
        return node.sum();
    }

    private static <T> @Nullable Node<T> merge(@Nullable Node<T> left, @Nullable Node<T> right) {
        if (left == null) {
            return right;
        }
        if (right == null) {
            return left;
        }
        if (left.priority > right.priority) {
            left.right = merge(left.right, right);
            return left.sum();
        }
        right.left = merge(left, right.left);
        return right.sum();
    }

    private static <T> Node<T> rotateRight(Node<T> node, Node<T> left) {
        node.left = left.right;
        left.right = node.sum();
        return left.sum();
    }

    private static <T> Node<T> rotateLeft(Node<T> node, Node<T> right) {
        node.right = right.left;
        right.left = node.sum();
        return right.sum();
    }

    private static int compare(KeyRange a, KeyRange b) {
        int order = a.from().compareTo(b.from());
        return order != 0 ? order : compareEnds(a.to(), b.to());
    }

    /// No end is the farthest end.
    private static int compareEnds(@Nullable Key a, @Nullable Key b) {
        if (a == null || b == null) {
            return (a == null ? 1 : 0) - (b == null ? 1 : 0);
        }
        return a.compareTo(b);
    }

    private static boolean isBefore(Key key, @Nullable Key end) {
        return end == null || key.compareTo(end) < 0;
    }

    private static final class Node<T> {
        final KeyRange range;
        final int priority;
        final List<T> items = new ArrayList<>(1);
        @Nullable Node<T> left;
        @Nullable Node<T> right;
        @Nullable Key farthest;

        Node(KeyRange range, int priority) {
            this.range = range;
            this.priority = priority;
            farthest = range.to();
        }

        Node<T> sum() {
            farthest = range.to();
            if (left != null && compareEnds(left.farthest, farthest) > 0) {
                farthest = left.farthest;
            }
            if (right != null && compareEnds(right.farthest, farthest) > 0) {
                farthest = right.farthest;
            }
            return this;
        }
    }
}
