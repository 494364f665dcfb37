package dev.mainstay.server.group;

import dev.mainstay.consensus.LogPosition;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import java.util.List;

/// The transactions whose clients wait on this node. Called on the apply thread; must not block.
public interface Awaited {

    boolean isAwaited(TxnId id);

    /// An entry was applied; the applied index has advanced. `due` are reads that waited for it.
    void applied(LogPosition at, List<Result> results, List<Runnable> due);

    /// Another state took the place of the old one: whatever still waits may have been decided in
    /// between, unseen here.
    void installed();
}
