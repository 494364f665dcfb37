package dev.mainstay.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {

    private static final Path FOLDER = Path.of("/etc/mainstay");

    @Test
    void aNameIsEnough_theRestHasDefaults() throws BadConfig {
        var config = load("node.name = n1");

        assertThat(config.name()).isEqualTo("n1");
        assertThat(config.directory()).isEqualTo(FOLDER.resolve("data"));
        assertThat(config.listen())
                .isEqualTo(new NodeConfig.Listen("127.0.0.1", 7400, 7401, 7402, 7403));
        assertThat(config.advertise())
                .isEqualTo(new NodeConfig.Advertise("127.0.0.1", 7400, 7401, 7402, 7403));
        assertThat(config.raft().electionTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.raft().diskReserveBytes()).isEqualTo(1_000_000_000);
        assertThat(config.retention().history()).isEqualTo(Duration.ofHours(24));
        assertThat(config.retention().outcome()).isEqualTo(Duration.ofHours(1));
        assertThat(config.limits().requestBytesMax()).isEqualTo(1_572_864);
        assertThat(config.limits().txnOpsMax()).isEqualTo(128);
        assertThat(config.group()).isZero();
    }

    @Test
    void portsFollowTheSqlPort_unlessSet() throws BadConfig {
        var config = load("node.name = n1, listen { sql_port = 9000, raft_port = 1234 }");

        assertThat(config.listen())
                .isEqualTo(new NodeConfig.Listen("127.0.0.1", 9000, 9001, 1234, 9003));
    }

    @Test
    void listenAndAdvertise_areSeparate() throws BadConfig {
        var config =
                load(
                        """
                        node.name = n1
                        listen.host = 0.0.0.0
                        advertise { host = db1.example.org, grpc_port = 443 }
                        """);

        assertThat(config.listen().host()).isEqualTo("0.0.0.0");
        assertThat(config.advertise())
                .isEqualTo(new NodeConfig.Advertise("db1.example.org", 7400, 443, 7402, 7403));
    }

    @Test
    void listeningEverywhere_needsAName() {
        assertRefused("node.name = n1, listen.host = 0.0.0.0")
                .hasMessageContaining("advertise.host must be set");
    }

    @Test
    void anUnknownKey_namesTheNearest() {
        assertRefused("node.name = n1\nha.election_timout = 2s")
                .hasMessageContaining("unknown setting ha.election_timout")
                .hasMessageContaining("2")
                .hasMessageContaining("did you mean ha.election_timeout?");
    }

    @Test
    void aValueOutOfRange_namesKeyValueAndRange() {
        assertRefused("node.name = n1, ha.election_timeout = 10ms")
                .hasMessageContaining("ha.election_timeout = \"10ms\"")
                .hasMessageContaining("duration, 300ms to 50s");
        assertRefused("node.name = n1, kv.txn_ops = 0")
                .hasMessageContaining("kv.txn_ops = 0")
                .hasMessageContaining("number, 1 to 100000");
        assertRefused("node.name = n1, kv.request_bytes = 1 GB")
                .hasMessageContaining("kv.request_bytes")
                .hasMessageContaining("number of bytes, 1 KiB to 3 MiB");
        assertRefused("node.name = \"n 1\"").hasMessageContaining("letters, digits");
    }

    @Test
    void aValueOfAnotherType_isRefused() {
        assertRefused("node.name = n1, ha.election_timeout = soon")
                .hasMessageContaining("ha.election_timeout = \"soon\"");
        assertRefused("node.name = n1, kv.txn_ops = [1]").hasMessageContaining("kv.txn_ops");
        assertRefused("node.name = n1, disk.reserve = \"1 GX\"")
                .hasMessageContaining("disk.reserve");
        assertRefused("node.name = n1, node.group = xyz").hasMessageContaining("hexadecimal");
    }

    @Test
    void theNameMustBeSet() {
        assertRefused("").hasMessageContaining("node.name must be set");
    }

    @Test
    void equalPorts_areRefused() {
        assertRefused("node.name = n1, listen.grpc_port = 7400").hasMessageContaining("differ");
    }

    @Test
    void portsAbove65535_areRefused() {
        assertRefused("node.name = n1, listen.sql_port = 65535")
                .hasMessageContaining("listen.grpc_port would be 65536");
    }

    @Test
    void anUnresolvedSubstitution_isOneLine() {
        assertRefused("node.name = ${nobody.set.this}").hasMessageContaining("nobody.set.this");
    }

    @Test
    void aMissingFile_aFolderAndBadSyntax_areOneLineEach(@TempDir Path folder) throws IOException {
        var broken = folder.resolve("node.conf");
        Files.writeString(broken, "node {\n name = ");

        assertThatThrownBy(() -> ConfigLoader.load(folder.resolve("none.conf")))
                .isInstanceOf(BadConfig.class)
                .hasMessageContaining("cannot read");
        assertThatThrownBy(() -> ConfigLoader.load(folder)).isInstanceOf(BadConfig.class);
        assertThatThrownBy(() -> ConfigLoader.load(broken))
                .isInstanceOf(BadConfig.class)
                .hasMessageContaining("node.conf");
    }

    @Test
    void theDirectory_isRelativeToTheFile(@TempDir Path folder) throws IOException, BadConfig {
        var file = folder.resolve("node.conf");
        Files.writeString(file, "node { name = n1, directory = ../elsewhere }");

        assertThat(ConfigLoader.load(file).directory())
                .isEqualTo(folder.resolveSibling("elsewhere"));
    }

    @Test
    void singleSettings_areCheckedWithoutTheRest() throws BadConfig {
        ConfigLoader.check(Map.of("ha.election_timeout", "2s", "kv.txn_ops", "256"));

        assertThatThrownBy(() -> ConfigLoader.check(Map.of("kv.txn_ops", "many")))
                .isInstanceOf(BadConfig.class)
                .hasMessageContaining("kv.txn_ops");
        assertThatThrownBy(() -> ConfigLoader.check(Map.of("kv.txn_op", "1")))
                .hasMessageContaining("did you mean kv.txn_ops?");
    }

    private static NodeConfig load(String text) throws BadConfig {
        return ConfigLoader.load(ConfigFactory.parseString(text), FOLDER);
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertRefused(String text) {
        return assertThatThrownBy(() -> load(text))
                .isInstanceOf(BadConfig.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
