package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.config.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CliTest {

    private final StringWriter err = new StringWriter();

    @Test
    void everyCommand_explainsItself() {
        explain(Cli.commands(new FakeNode()));
    }

    private static void explain(CommandLine command) {
        assertThat(command.getUsageMessage()).contains("Usage:");
        assertThat(command.getCommandSpec().usageMessage().description())
                .as(command.getCommandName())
                .isNotEmpty();
        command.getSubcommands().values().forEach(CliTest::explain);
    }

    @Test
    void theTableOfSettings_hasEveryKey() {
        for (var setting : Settings.all().values()) {
            assertThat(SettingsCommand.row(setting))
                    .contains(setting.key(), setting.shown(), setting.range(), setting.meaning());
        }
    }

    @Test
    void aWrongSetting_isOneLine(@TempDir Path folder) {
        assertThat(run("cluster", "start", "--dir", folder.toString(), "--set", "ha.electon=1s"))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("mainstay: unknown setting ha.electon");
    }

    @Test
    void aSettingThatDiffersPerNode_isRefused(@TempDir Path folder) {
        assertThat(run("cluster", "start", "--dir", folder.toString(), "--set", "node.name=x"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("differs from node to node");
    }

    @Test
    void aMissingFile_isOneLine(@TempDir Path folder) {
        assertThat(run("server", "--config", folder.resolve("none.conf").toString())).isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("mainstay: cannot read");
    }

    @Test
    void anUnknownOption_pointsToTheHelp() {
        assertThat(run("cluster", "start", "--nods", "3")).isEqualTo(2);
        assertThat(err.toString()).contains("see: mainstay cluster start --help");
    }

    private int run(String... args) {
        return Cli.commands(new FakeNode()).setErr(new PrintWriter(err, true)).execute(args);
    }
}
