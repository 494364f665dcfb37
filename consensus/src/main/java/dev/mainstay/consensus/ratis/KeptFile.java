package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.DurableFiles;
import dev.mainstay.consensus.Identity;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A copy of one of Ratis' small files, as it was when this member last relied on it. Any thread.
///
/// Ratis replaces these files by new ones also when writing the new one failed: after a disk was
/// full they are empty or cut off, and the member could not start again, or with a term that is too
/// small. The copy is put back then.
///
/// *The vote*: one that could not be written was not answered, so the last answered one is what
/// this member has to remember. A term that it only heard of may be forgotten: what it acknowledged
/// in that term is in its log, and keeps it from voting for a member that has less.
///
/// *The configuration*: one that could not be written ends the member before a checkpoint covers
/// it, so it is in the log still.
final class KeptFile {

    private static final Logger LOG = LoggerFactory.getLogger(KeptFile.class);

    private final Path original;
    private final Path copy;
    private final boolean isConfiguration;
    private final Form form;

    // Guarded by this.
    private byte @Nullable [] kept;

    private KeptFile(Path original, Path copy, boolean isConfiguration) {
        this.original = original;
        this.copy = copy;
        this.isConfiguration = isConfiguration;
        this.form = isConfiguration ? KeptFile::configuration : KeptFile::vote;
    }

    static KeptFile vote(Identity identity) {
        return of(identity, "raft-meta", "vote", false);
    }

    static KeptFile configuration(Identity identity) {
        return of(identity, "raft-meta.conf", "configuration", true);
    }

    static List<KeptFile> all(Identity identity) {
        return List.of(vote(identity), configuration(identity));
    }

    private static KeptFile of(
            Identity identity, String original, String copy, boolean isConfiguration) {
        return new KeptFile(
                identity.logDirectory().resolve("current").resolve(original),
                identity.raftDirectory().resolveSibling(copy),
                isConfiguration);
    }

    /// Whether it says what it said when it was kept last.
    synchronized boolean isKept() throws IOException {
        return Files.exists(original) && Arrays.equals(Files.readAllBytes(original), kept);
    }

    /// Before anybody relies on what the file says now.
    synchronized void keep() throws IOException {
        if (!Files.exists(original)) {
            return;
        }
        var bytes = Files.readAllBytes(original);
        if (Arrays.equals(bytes, kept)) {
            return;
        }
        if (form.read(bytes).isEmpty()) {
            throw new IOException(original + " is damaged");
        }
        DurableFiles.replace(copy, bytes);
        kept = bytes;
    }

    /// Puts the copy in place of a file that is damaged. Before Ratis reads it.
    synchronized void restore() throws IOException {
        if (!Files.exists(copy)) {
            forgetDamaged();
            return;
        }
        var bytes = Files.readAllBytes(copy);
        var last = form.read(bytes);
        if (last.isEmpty()) {
            throw new IOException(copy + " is damaged");
        }
        if (!Files.exists(original)) {
            return;
        }
        var found = form.read(Files.readAllBytes(original));
        if (found.isEmpty() || found.get().forgets(last.get())) {
            LOG.warn("{} was cut off: what it said before is put back, {}", original, last.get());
            DurableFiles.replace(original, bytes);
        }
    }

    /// The first configuration, and it is in the log still. A vote is never without a copy.
    private void forgetDamaged() throws IOException {
        if (isConfiguration
                && Files.exists(original)
                && form.read(Files.readAllBytes(original)).isEmpty()) {
            LOG.warn("{} was cut off: the log has what it said", original);
            Files.delete(original);
            DurableFiles.syncDirectory(Objects.requireNonNull(original.getParent()));
        }
    }

    /// The term that the file says now; 0 if it says none.
    synchronized long number() throws IOException {
        return Files.exists(original)
                ? form.read(Files.readAllBytes(original)).map(Content::number).orElse(0L)
                : 0;
    }

    private static Optional<Content> vote(byte[] bytes) throws IOException {
        var properties = new Properties();
        try {
            properties.load(new StringReader(new String(bytes, StandardCharsets.UTF_8)));
            long term = Long.parseLong(properties.getProperty("term", "none"));
            return Optional.ofNullable(properties.getProperty("votedFor"))
                    .map(votedFor -> new Content(term, votedFor));
        } catch (IllegalArgumentException e) {
            LOG.debug("no vote in {}", properties, e);
            return Optional.empty();
        }
    }

    private static Optional<Content> configuration(byte[] bytes) {
        try {
            var entry = LogEntryProto.parseFrom(bytes);
            return entry.hasConfigurationEntry()
                    ? Optional.of(new Content(entry.getIndex(), ""))
                    : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            LOG.debug("no configuration", e);
            return Optional.empty();
        }
    }

    private interface Form {

        /// Empty if the bytes are cut off.
        Optional<Content> read(byte[] bytes) throws IOException;
    }

    /// @param number the term, or the configuration's log index: it never falls
    /// @param vote of this term, empty if none
    private record Content(long number, String vote) {

        boolean forgets(Content kept) {
            boolean isOtherVote = !kept.vote.isEmpty() && !vote.equals(kept.vote);
            return number < kept.number || (number == kept.number && isOtherVote);
        }
    }
}
