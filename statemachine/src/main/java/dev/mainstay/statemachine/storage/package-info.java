/// An ordered, atomic byte store: RocksDB, and one in memory for tests. The only code that imports
/// `org.rocksdb`.
///
/// Threads: reads from any thread; writes, flushes and checkpoints from one thread at a time.
@NullMarked
package dev.mainstay.statemachine.storage;

import org.jspecify.annotations.NullMarked;
