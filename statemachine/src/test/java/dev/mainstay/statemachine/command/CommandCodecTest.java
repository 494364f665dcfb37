package dev.mainstay.statemachine.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.statemachine.command.Command.Commit;
import dev.mainstay.statemachine.command.Command.Compact;
import dev.mainstay.statemachine.command.Command.Expect;
import dev.mainstay.statemachine.command.Command.ExpireLease;
import dev.mainstay.statemachine.command.Command.GrantLease;
import dev.mainstay.statemachine.command.Command.KvTxn;
import dev.mainstay.statemachine.command.Command.NodeStart;
import dev.mainstay.statemachine.command.Command.PutSetting;
import dev.mainstay.statemachine.command.Command.RaiseHistoryFloor;
import dev.mainstay.statemachine.command.Command.RaiseOutcomeFloor;
import dev.mainstay.statemachine.command.Command.RevokeLease;
import dev.mainstay.statemachine.command.Command.VoidTxn;
import dev.mainstay.statemachine.command.Command.Write;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.MalformedBytesException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The log format: these bytes lie in logs and may never read differently.
class CommandCodecTest {

    private static final TxnId BY_NODE = new TxnId(0, (7L << TxnId.COUNTER_BITS) + 5);
    private static final TxnId BY_CLIENT = new TxnId(0x0102030405060708L, -2);
    private static final String NODE = "0000000000000000" + "0000070000000005";
    private static final String CLIENT = "0102030405060708" + "fffffffffffffffe";
    private static final Key A = Key.copyOf((byte) 'k', (byte) 'a');
    private static final Key B = Key.copyOf((byte) 'k', (byte) 'b');

    @Test
    void everyCommand_hasItsFrozenBytes() {
        goldenBytes().forEach((command, hex) -> assertThat(hex(command)).isEqualTo(hex));
    }

    @Test
    void frozenBytes_areReadAsTheCommandTheyWere() {
        for (var hex : goldenBytes().values()) {
            var bytes = HexFormat.of().parseHex(hex);
            assertThat(hex(CommandCodec.decode(ByteBuffer.wrap(bytes)))).isEqualTo(hex);
        }
    }

    @Test
    void noCommand_isWithoutFrozenBytes() {
        var covered =
                goldenBytes().keySet().stream().map(Command::getClass).collect(Collectors.toSet());

        assertThat(Command.class.getPermittedSubclasses())
                .allSatisfy(type -> assertThat(covered.contains(type)).as("%s", type).isTrue());
    }

    @Test
    void theId_isReadWithoutTheRest() {
        goldenBytes()
                .forEach((command, hex) -> {
                    var bytes = HexFormat.of().parseHex("ffff" + hex);
                    var buffer = ByteBuffer.wrap(bytes).position(2);
                    assertThat(CommandCodec.idOf(buffer)).isEqualTo(command.id());
                    assertThat(buffer.position()).isEqualTo(2);
                });
    }

    @Test
    void everyBeginningOfACommand_isMalformed() {
        for (var hex : goldenBytes().values()) {
            var bytes = HexFormat.of().parseHex(hex);
            for (int length = 0; length < bytes.length; length++) {
                var cut = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
                assertThatThrownBy(() -> CommandCodec.decode(cut))
                        .isInstanceOf(MalformedBytesException.class);
            }
            var longer = ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + 1));
            assertThatThrownBy(() -> CommandCodec.decode(longer))
                    .isInstanceOf(MalformedBytesException.class)
                    .hasMessageContaining("at offset " + bytes.length);
        }
    }

    /// What is accepted has one form only; what is not says so; nothing else may happen.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void damagedBytes_areMalformed_orAnotherCommandInItsOnlyForm(long seed) {
        var random = new SplittableRandom(seed);
        var originals = new ArrayList<>(goldenBytes().values());
        int accepted = 0;
        for (int round = 0; round < 60_000; round++) {
            var hex = originals.get(random.nextInt(originals.size()));
            var bytes = HexFormat.of().parseHex(hex);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                int at = random.nextInt(bytes.length);
                bytes[at] =
                        switch (random.nextInt(3)) {
                            case 0 -> (byte) 0xFF;
                            case 1 -> (byte) (bytes[at] + 1);
                            default -> (byte) random.nextInt(256);
                        };
            }
            try {
                var command = CommandCodec.decode(ByteBuffer.wrap(bytes));
                assertThat(CommandCodec.encode(command)).isEqualTo(bytes);
                accepted++;
            } catch (MalformedBytesException e) {
                assertThat(e.offset()).isBetween(0, bytes.length);
            }
        }
        assertThat(accepted).isPositive();
    }

    @Test
    void transactionsNestedTooDeep_areRefusedOnBothSides() {
        KvOp op = new KvOp.Delete(KeyRange.only(A), false);
        for (int depth = 0; depth < 64; depth++) {
            op = new KvOp.Txn(List.of(), List.of(op), List.of());
        }
        var deepest = new KvTxn(BY_NODE, 1, List.of(), List.of(op), List.of());
        assertThat(CommandCodec.decode(ByteBuffer.wrap(CommandCodec.encode(deepest))))
                .isEqualTo(deepest);

        var tooDeep =
                new KvTxn(
                        BY_NODE,
                        1,
                        List.of(),
                        List.of(new KvOp.Txn(List.of(), List.of(op), List.of())),
                        List.of());

        assertThatThrownBy(() -> CommandCodec.encode(tooDeep))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesNestedTooDeep_areMalformed() {
        var nested = new StringBuilder("0102").append(NODE).append("02");
        nested.append("000104".repeat(65)).append("000000").append("00".repeat(65));
        var tooDeep = ByteBuffer.wrap(HexFormat.of().parseHex(nested));

        assertThatThrownBy(() -> CommandCodec.decode(tooDeep))
                .isInstanceOf(MalformedBytesException.class)
                .hasMessageContaining("nested deeper than 64");
    }

    @Test
    void anId_needsItsBytes() {
        var cut = ByteBuffer.wrap(HexFormat.of().parseHex("010a" + NODE), 0, 17);

        assertThatThrownBy(() -> CommandCodec.idOf(cut))
                .isInstanceOf(MalformedBytesException.class)
                .hasMessageContaining("no id");
    }

    @Test
    void unknownVerdictsAndFailures_areMalformed() {
        for (var hex : List.of("0a09", "0009", "06" + "08" + "09", "")) {
            assertThatThrownBy(() -> VerdictCodec.decode(HexFormat.of().parseHex(hex)))
                    .as(hex)
                    .isInstanceOf(MalformedBytesException.class);
        }
    }

    @Test
    void everyVerdict_hasItsFrozenBytes() {
        var golden = new LinkedHashMap<Verdict, String>();
        golden.put(new Verdict.Committed(300, true), "01ac02");
        golden.put(new Verdict.Committed(300, false), "02ac02");
        golden.put(new Verdict.Done(2, true), "0302");
        golden.put(new Verdict.Done(2, false), "0402");
        golden.put(new Verdict.Conflict(A, 9), "05026b6109");
        golden.put(new Verdict.Failed(Verdict.Failure.DUPLICATE_KEY, 9), "060709");
        golden.put(new Verdict.Voided(9), "0709");
        golden.put(new Verdict.Expired(9), "0809");
        golden.put(new Verdict.Started(3, 9), "090000000309");

        golden.forEach((verdict, hex) -> {
            assertThat(HexFormat.of().formatHex(VerdictCodec.encode(verdict))).isEqualTo(hex);
            assertThat(VerdictCodec.decode(HexFormat.of().parseHex(hex))).isEqualTo(verdict);
        });
        assertThat(golden.keySet().stream().map(Verdict::getClass).collect(Collectors.toSet()))
                .hasSize(Verdict.class.getPermittedSubclasses().length);
    }

    private static String hex(Command command) {
        return HexFormat.of().formatHex(CommandCodec.encode(command));
    }

    private static Map<Command, String> goldenBytes() {
        var golden = new LinkedHashMap<Command, String>();
        golden.put(
                commit(),
                "0101"
                        + NODE
                        + "0200ac02"
                        + "0201026b6102010200026b62"
                        + "0300026b6101026b6202026b61ac02"
                        + "02026b6101036b6100026b6200");
        golden.put(
                kvTxn(),
                "0102"
                        + CLIENT
                        + "0201026b6101036b610003030001"
                        + "09"
                        + "020205026b6101014d"
                        + "0400010101026b610004050302060708ac0200"
                        + "010301026b6201036b6200");
        golden.put(new GrantLease(BY_NODE, 2, -1, 60), "0103" + NODE + "02ffffffffffffffffff013c");
        golden.put(new RevokeLease(BY_NODE, 2, 77), "0104" + NODE + "024d");
        golden.put(new ExpireLease(BY_NODE, 2, 3, 77), "0105" + NODE + "02034d");
        golden.put(new RaiseHistoryFloor(BY_NODE, 2, 300), "0106" + NODE + "02ac02");
        golden.put(new Compact(BY_NODE, 2, 300), "0107" + NODE + "02ac02");
        golden.put(new RaiseOutcomeFloor(BY_NODE, 2, 300), "0108" + NODE + "02ac02");
        golden.put(
                new PutSetting(BY_NODE, 2, "ä", new byte[] {1}, null),
                "0109" + NODE + "0202c3a401010100");
        golden.put(
                new PutSetting(BY_CLIENT, 2, "b", null, new byte[0]),
                "0109" + CLIENT + "020162000100");
        golden.put(new VoidTxn(BY_CLIENT, 2), "010a" + CLIENT + "02");
        golden.put(new NodeStart(BY_CLIENT, 2, "n1"), "010b" + CLIENT + "02026e31");
        return golden;
    }

    private static Command commit() {
        return new Commit(
                BY_NODE,
                2,
                300,
                List.of(new Write.Put(A, new byte[] {1, 2}), new Write.Delete(B)),
                List.of(new Expect.Absent(A), new Expect.Present(B), new Expect.AtRevision(A, 300)),
                List.of(KeyRange.only(A), new KeyRange(B, null)));
    }

    private static Command kvTxn() {
        var range =
                new KvOp.Range(
                        new KeyRange(A, null),
                        4,
                        5,
                        KvOp.SortTarget.MOD,
                        KvOp.SortOrder.DESCEND,
                        true,
                        false,
                        6,
                        7,
                        8,
                        300);
        var compare =
                new KvCompare(
                        KeyRange.only(A),
                        KvCompare.Target.VALUE,
                        KvCompare.Result.NOT_EQUAL,
                        0,
                        new byte[] {9});
        return new KvTxn(
                BY_CLIENT,
                2,
                List.of(compare),
                List.of(
                        new KvOp.Put(A, new byte[] {1}, 77, true, false, true),
                        new KvOp.Txn(List.of(), List.of(range), List.of())),
                List.of(new KvOp.Delete(KeyRange.only(B), true)));
    }
}
