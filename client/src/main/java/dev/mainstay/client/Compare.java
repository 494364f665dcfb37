package dev.mainstay.client;

import dev.mainstay.client.proto.Compare.CompareResult;
import dev.mainstay.client.proto.Compare.CompareTarget;
import java.util.function.BiFunction;

/// A condition on one key, or on every key of a range, as they are before the transaction.
///
/// A key that does not exist compares as zeros, and an empty range like one such key; but no
/// condition on the *value* of a missing key holds, not even [Values#notEqualTo].
public final class Compare {

    private final dev.mainstay.client.proto.Compare wire;

    private Compare(dev.mainstay.client.proto.Compare wire) {
        this.wire = wire;
    }

    dev.mainstay.client.proto.Compare wire() {
        return wire;
    }

    public static Compare exists(String key) {
        return createRevision(KeyRange.key(key)).greaterThan(0);
    }

    public static Compare absent(String key) {
        return createRevision(KeyRange.key(key)).equalTo(0);
    }

    public static Compare exists(Bytes key) {
        return createRevision(KeyRange.key(key)).greaterThan(0);
    }

    public static Compare absent(Bytes key) {
        return createRevision(KeyRange.key(key)).equalTo(0);
    }

    public static Values value(String key) {
        return value(KeyRange.key(key));
    }

    public static Values value(KeyRange range) {
        return new Values(range);
    }

    public static Numbers version(String key) {
        return version(KeyRange.key(key));
    }

    public static Numbers version(KeyRange range) {
        return new Numbers(range, CompareTarget.VERSION, (to, n) -> to.setVersion(n));
    }

    public static Numbers createRevision(String key) {
        return createRevision(KeyRange.key(key));
    }

    public static Numbers createRevision(KeyRange range) {
        return new Numbers(range, CompareTarget.CREATE, (to, n) -> to.setCreateRevision(n));
    }

    public static Numbers modRevision(String key) {
        return modRevision(KeyRange.key(key));
    }

    public static Numbers modRevision(KeyRange range) {
        return new Numbers(range, CompareTarget.MOD, (to, n) -> to.setModRevision(n));
    }

    public static Numbers lease(String key) {
        return lease(KeyRange.key(key));
    }

    public static Numbers lease(KeyRange range) {
        return new Numbers(range, CompareTarget.LEASE, (to, n) -> to.setLease(n));
    }

    private static dev.mainstay.client.proto.Compare.Builder begin(
            KeyRange range, CompareTarget target, CompareResult result) {
        return dev.mainstay.client.proto.Compare.newBuilder()
                .setKey(range.from().wire())
                .setRangeEnd(range.end().wire())
                .setTarget(target)
                .setResult(result);
    }

    /// Conditions on values, compared as unsigned bytes.
    public static final class Values {

        private final KeyRange range;

        private Values(KeyRange range) {
            this.range = range;
        }

        public Compare equalTo(Bytes value) {
            return is(CompareResult.EQUAL, value);
        }

        public Compare equalTo(String value) {
            return equalTo(Bytes.of(value));
        }

        public Compare notEqualTo(Bytes value) {
            return is(CompareResult.NOT_EQUAL, value);
        }

        public Compare notEqualTo(String value) {
            return notEqualTo(Bytes.of(value));
        }

        public Compare greaterThan(Bytes value) {
            return is(CompareResult.GREATER, value);
        }

        public Compare lessThan(Bytes value) {
            return is(CompareResult.LESS, value);
        }

        private Compare is(CompareResult result, Bytes value) {
            return new Compare(
                    begin(range, CompareTarget.VALUE, result).setValue(value.wire()).build());
        }
    }

    /// Conditions on a revision, a version or a lease.
    public static final class Numbers {

        private final KeyRange range;
        private final CompareTarget target;
        private final BiFunction<
                        dev.mainstay.client.proto.Compare.Builder,
                        Long,
                        dev.mainstay.client.proto.Compare.Builder>
                setter;

        private Numbers(
                KeyRange range,
                CompareTarget target,
                BiFunction<
                                dev.mainstay.client.proto.Compare.Builder,
                                Long,
                                dev.mainstay.client.proto.Compare.Builder>
                        setter) {
            this.range = range;
            this.target = target;
            this.setter = setter;
        }

        public Compare equalTo(long number) {
            return is(CompareResult.EQUAL, number);
        }

        public Compare notEqualTo(long number) {
            return is(CompareResult.NOT_EQUAL, number);
        }

        public Compare greaterThan(long number) {
            return is(CompareResult.GREATER, number);
        }

        public Compare lessThan(long number) {
            return is(CompareResult.LESS, number);
        }

        private Compare is(CompareResult result, long number) {
            return new Compare(setter.apply(begin(range, target, result), number).build());
        }
    }
}
