package dev.mainstay.server.cli;

import picocli.CommandLine;

/// The version that `--version` prints: that of the jar.
public final class Version implements CommandLine.IVersionProvider {

    /// The version, or `unpackaged` when run from class files.
    public static String text() {
        var version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"mainstay " + text(), "Java " + Runtime.version()};
    }
}
