package dev.mainstay.server.kv.watch;

import java.time.Duration;

/// How watches are served.
///
/// @param progressInterval a watch with `progress_notify` that had no events for so long (and up to
///   a tenth more) hears how far it is
/// @param electionTick a stream with `hasleader` ends when no leader was known for three of these
/// @param streamBytesMax how much a stream that is not read may hold back before its watches are
///   caught up from the store instead
/// @param responseBytesMax several revisions share a response up to this size
/// @param fragmentBytes the size that a watch with `fragment` wants no response to pass
/// @param catchUpsMax how many storage threads may read for watches that are behind
public record WatchSettings(
        Duration progressInterval,
        Duration electionTick,
        long streamBytesMax,
        long responseBytesMax,
        long fragmentBytes,
        int catchUpsMax) {

    public static final WatchSettings DEFAULT =
            new WatchSettings(
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(1),
                    4 << 20,
                    512 << 10,
                    1536 << 10,
                    2);

    public WatchSettings {
        if (streamBytesMax < 1 || responseBytesMax < 1 || fragmentBytes < 1 || catchUpsMax < 1) {
            throw new IllegalArgumentException("sizes and counts must be positive");
        }
    }

    public WatchSettings withProgressInterval(Duration interval) {
        return new WatchSettings(
                interval,
                electionTick,
                streamBytesMax,
                responseBytesMax,
                fragmentBytes,
                catchUpsMax);
    }
}
