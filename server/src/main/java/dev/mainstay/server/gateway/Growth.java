package dev.mainstay.server.gateway;

import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.KvOp;
import java.util.List;

/// Which commands let the state grow. Those are refused while the disk is nearly full, as etcd does
/// under its alarm NOSPACE; all others free space, or are needed for it.
public final class Growth {

    private Growth() {}

    public static boolean isGrowth(Command command) {
        return switch (command) {
            case Command.KvTxn txn -> puts(txn.success()) || puts(txn.failure());
            case Command.Commit commit ->
                    commit.writes().stream().anyMatch(Command.Write.Put.class::isInstance);
            case Command.GrantLease _ -> true;
            case Command.RevokeLease _,
                    Command.ExpireLease _,
                    Command.RaiseHistoryFloor _,
                    Command.Compact _,
                    Command.RaiseOutcomeFloor _,
                    Command.PutSetting _,
                    Command.VoidTxn _,
                    Command.NodeStart _ ->
                    false;
        };
    }

    private static boolean puts(List<KvOp> steps) {
        for (var step : steps) {
            boolean puts =
                    switch (step) {
                        case KvOp.Put _ -> true;
                        case KvOp.Txn txn -> puts(txn.success()) || puts(txn.failure());
                        case KvOp.Range _, KvOp.Delete _ -> false;
                    };
            if (puts) {
                return true;
            }
        }
        return false;
    }
}
