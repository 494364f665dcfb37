package dev.mainstay.consensus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/// Who this data directory is, as the file `identity` beside the log.
///
/// A member that forgot its votes must never come back under its old name: the read index and every
/// election rest on that. The file, the log and the state therefore vouch for each other: an
/// identity without its log, or a state with another disk id, does not start.
public final class Identity {

    private static final String FILE = "identity";

    /// "Mainstay" in ASCII: the upper half of every group's UUID.
    private static final long GROUP_UUID_HIGH = 0x4d61_696e_7374_6179L;

    private final Path directory;
    private final MemberId member;
    private final long group;
    private final long diskId;
    private final List<Member> founders;
    private final boolean isNew;

    private Identity(Path directory, Bootstrap who, long diskId, boolean isNew) {
        this.directory = directory;
        this.member = who.member();
        this.group = who.group();
        this.founders = who.voters();
        this.diskId = diskId;
        this.isNew = isNew;
    }

    /// Reads who this directory is, or turns its `bootstrap` into an identity. Called before
    /// anything else is opened.
    public static Identity claim(Path directory) throws CannotStartException {
        try {
            return read(directory);
        } catch (IOException e) {
            throw new CannotStartException("cannot read the identity in " + directory, e);
        }
    }

    private static Identity read(Path directory) throws IOException, CannotStartException {
        var file = directory.resolve(FILE);
        var permission = directory.resolve(Bootstrap.FILE);
        if (!Files.exists(permission)) {
            if (!Files.exists(file)) {
                throw new CannotStartException(
                        directory
                                + " belongs to no member: neither 'identity' nor 'bootstrap' is"
                                + " there (is the volume mounted?)");
            }
            var known = load(directory, file, founders(directory), false);
            if (!known.hasLog()) {
                throw new CannotStartException(
                        "the log of "
                                + known.member
                                + " is gone from "
                                + directory
                                + ": replace this member, it must not return under its old id");
            }
            return known;
        }
        var bootstrap = Bootstrap.read(permission);
        if (Files.exists(file)) {
            // The first start was cut off before it used the permission up.
            var known = load(directory, file, bootstrap.voters(), true);
            if (!known.member.equals(bootstrap.member()) || known.group != bootstrap.group()) {
                throw new CannotStartException(
                        directory
                                + " already belongs to "
                                + known.member
                                + ": 'bootstrap' there is for "
                                + bootstrap.member());
            }
            return known;
        }
        var fresh = new Identity(directory, bootstrap, new SecureRandom().nextLong(), true);
        if (fresh.hasLog()) {
            throw new CannotStartException(
                    directory + " holds a log but no 'identity': it is not an empty directory");
        }
        DurableFiles.replace(file, fresh.text().getBytes(StandardCharsets.UTF_8));
        return fresh;
    }

    private static List<Member> founders(Path directory) throws IOException, CannotStartException {
        var usedUp = directory.resolve(Bootstrap.USED_UP);
        return Files.exists(usedUp) ? Bootstrap.read(usedUp).voters() : List.of();
    }

    private static Identity load(Path directory, Path file, List<Member> founders, boolean isNew)
            throws IOException, CannotStartException {
        try {
            var lines = Files.readAllLines(file);
            var who =
                    new Bootstrap(
                            MemberId.parse(Bootstrap.value(lines, 0, "member")),
                            HexFormat.fromHexDigitsToLong(Bootstrap.value(lines, 1, "group")),
                            founders);
            var disk = HexFormat.fromHexDigitsToLong(Bootstrap.value(lines, 2, "disk"));
            return new Identity(directory, who, disk, isNew);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CannotStartException("the file " + file + " is damaged", e);
        }
    }

    private String text() {
        var hex = HexFormat.of();
        return "member %s\ngroup %s\ndisk %s\n"
                .formatted(member, hex.toHexDigits(group), hex.toHexDigits(diskId));
    }

    /// Compares with the disk id that the state recorded; a new member's state has none yet.
    public void checkDisk(OptionalLong recorded) throws CannotStartException {
        if (recorded.isEmpty() && isNew) {
            return;
        }
        if (recorded.isEmpty() || recorded.getAsLong() != diskId) {
            throw new CannotStartException(
                    "the state in "
                            + directory
                            + " is not that of "
                            + member
                            + ": disk id "
                            + HexFormat.of().toHexDigits(diskId)
                            + " expected, "
                            + (recorded.isEmpty()
                                    ? "none"
                                    : HexFormat.of().toHexDigits(recorded.getAsLong()))
                            + " found");
        }
    }

    /// The log exists now, and what leads to it is synced ([#logDirectories]): the permission to
    /// format is used up. Called before the first vote.
    public void settle() throws IOException {
        var permission = directory.resolve(Bootstrap.FILE);
        if (Files.exists(permission)) {
            Files.move(
                    permission,
                    directory.resolve(Bootstrap.USED_UP),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            DurableFiles.syncDirectory(directory);
        }
    }

    /// Where the log of this member's group lies.
    public Path logDirectory() {
        return raftDirectory().resolve(groupUuid().toString());
    }

    /// Where its newest part and its vote are.
    public Path currentDirectory() {
        return logDirectory().resolve("current");
    }

    /// Every directory that holds a name on the way to the log, the lowest first: each is to be
    /// synced before a new log counts as there.
    public List<Path> logDirectories() {
        return List.of(currentDirectory(), logDirectory(), raftDirectory(), directory);
    }

    public Path raftDirectory() {
        return directory.resolve("raft");
    }

    public UUID groupUuid() {
        return new UUID(GROUP_UUID_HIGH, group);
    }

    public boolean hasLog() {
        return Files.exists(currentDirectory().resolve("raft-meta"));
    }

    public Path directory() {
        return directory;
    }

    public MemberId member() {
        return member;
    }

    public long group() {
        return group;
    }

    /// A random number that this data directory got when it was first used. The state keeps it too.
    public long diskId() {
        return diskId;
    }

    /// The first voters; empty for a member that joins, or that has a log already.
    public List<Member> founders() {
        return founders;
    }

    /// This is the first start: the state may still be without a disk id.
    public boolean isNew() {
        return isNew;
    }
}
