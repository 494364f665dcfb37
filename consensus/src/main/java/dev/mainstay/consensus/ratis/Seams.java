package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ratis.conf.Parameters;

/// Where tests reach in: everything between a member and its machine.
///
/// @param properties overrides of Ratis' settings
/// @param transport changes to the transport's parameters
/// @param isAppenderFixed false leaves out the fixes of [MainstayRpc] to the appender
record Seams(
        Map<String, String> properties,
        Consumer<Parameters> transport,
        Disk disk,
        boolean isAppenderFixed) {

    /// The disk, as far as it is not Ratis that talks to it.
    interface Disk {

        void syncDirectory(Path directory) throws IOException;

        long freeBytes(Path directory) throws IOException;
    }

    static final Seams NONE = new Seams(Map.of(), parameters -> {}, new RealDisk(), true);

    static long micros() {
        var now = Instant.now();
        return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + now.getNano() / 1_000;
    }

    static final class RealDisk implements Disk {

        @Override
        public void syncDirectory(Path directory) throws IOException {
            DurableFiles.syncDirectory(directory);
        }

        @Override
        public long freeBytes(Path directory) throws IOException {
            return Files.getFileStore(directory).getUsableSpace();
        }
    }
}
