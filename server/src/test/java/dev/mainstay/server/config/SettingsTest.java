package dev.mainstay.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {

    @Test
    void everySetting_isDocumented() {
        assertThat(Settings.all()).isNotEmpty();
        for (var setting : Settings.all().values()) {
            assertThat(setting.key()).matches("[a-z]+\\.[a-z_]+");
            assertThat(setting.meaning()).as(setting.key()).endsWith(".").contains(" ");
            assertThat(setting.shown()).as(setting.key()).isNotBlank();
            assertThat(setting.range()).as(setting.key()).isNotBlank();
            assertThat(setting.type()).as(setting.key()).isNotBlank();
        }
    }

    @Test
    void everyDefault_isInItsRange_andReadsBackTheSame() throws BadConfig {
        for (var setting : Settings.all().values()) {
            if (setting.standard() != null) {
                ConfigLoader.check(Map.of(setting.key(), setting.standard()));
            }
        }
    }

    @Test
    void theEndsOfARange_areWrittenSoThatTheyAreAccepted() throws BadConfig {
        for (var setting : Settings.all().values()) {
            if (!(setting.kind() instanceof Kind.Text)) {
                for (var end : setting.range().split(" to ", -1)) {
                    ConfigLoader.check(Map.of(setting.key(), end));
                }
            }
        }
    }

    @Test
    void everySettingThatIsSet_changesTheConfiguration() throws BadConfig {
        var before = load(Map.of("node.name", "n0"));
        var values =
                Map.ofEntries(
                        Map.entry("node.name", "other"),
                        Map.entry("node.directory", "/else"),
                        Map.entry("node.group", "00000000000000ff"),
                        Map.entry("listen.host", "localhost"),
                        Map.entry("advertise.host", "db1"));
        for (var setting : Settings.all().values()) {
            var changed = new HashMap<String, Object>();
            changed.put("node.name", "n0");
            changed.put(
                    setting.key(),
                    setting.kind() instanceof Kind.Text
                            ? values.get(setting.key())
                            : setting.range().split(" to ", -1)[0]);

            assertThat(load(changed)).as(setting.key()).isNotEqualTo(before);
        }
    }

    private static NodeConfig load(Map<String, Object> values) throws BadConfig {
        return ConfigLoader.load(ConfigFactory.parseMap(values), Path.of("/etc/mainstay"));
    }
}
