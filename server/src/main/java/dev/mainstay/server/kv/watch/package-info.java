/// etcd's Watch service: any number of watches over one walk of the feed.
///
/// Threads: one dispatcher thread walks what is new and owns all bookkeeping ([Dispatcher]); what
/// lies further back is read on the storage threads ([Wave]); answers leave from the event loop,
/// one sender per stream ([WatchStream]). The apply thread only wakes the dispatcher, and nothing
/// here may make it wait.
@NullMarked
package dev.mainstay.server.kv.watch;

import org.jspecify.annotations.NullMarked;
