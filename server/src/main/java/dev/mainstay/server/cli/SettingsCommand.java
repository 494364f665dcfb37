package dev.mainstay.server.cli;

import dev.mainstay.server.config.Setting;
import dev.mainstay.server.config.Settings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Prints what can be set.
@Command(
        name = "settings",
        mixinStandardHelpOptions = true,
        description = "Prints every setting with type, default, range and meaning.")
final class SettingsCommand implements Callable<Integer> {

    @Option(names = "--conf", description = "Print a configuration file that sets the defaults.")
    private boolean asFile;

    @Override
    public Integer call() {
        for (var setting : Settings.all().values()) {
            Cli.print(asFile ? line(setting) : row(setting));
        }
        return 0;
    }

    static String row(Setting setting) {
        return "%-29s %-8s  default: %s%n    %s%n    range: %s"
                .formatted(
                        setting.key(),
                        setting.type(),
                        setting.shown(),
                        setting.meaning(),
                        setting.range());
    }

    private static String line(Setting setting) {
        var standard = setting.standard();
        return "# %s%n# %s, %s%n%s = %s%n"
                .formatted(
                        setting.meaning(),
                        setting.type(),
                        setting.range(),
                        (standard == null ? "# " : "") + setting.key(),
                        standard == null ? setting.shown() : '"' + standard + '"');
    }
}
