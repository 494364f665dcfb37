package dev.mainstay.statemachine.storage;

import java.nio.file.Path;

final class MemoryByteStoreTest extends ByteStoreContract {

    @Override
    ByteStore open() {
        return new MemoryByteStore();
    }

    @Override
    ByteStore crash() {
        return ((MemoryByteStore) store).crash();
    }

    @Override
    ByteStore openCheckpoint(Path image) {
        return MemoryByteStore.openCheckpoint(image);
    }
}
