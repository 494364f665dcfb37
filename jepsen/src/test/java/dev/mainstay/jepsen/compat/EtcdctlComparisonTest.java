package dev.mainstay.jepsen.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.cluster.Command;
import dev.mainstay.jepsen.cluster.EtcdCluster;
import dev.mainstay.jepsen.cluster.KvCluster;
import dev.mainstay.jepsen.cluster.MainstayCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Does etcdctl see a difference between etcd and Mainstay?
@Tag("blackbox")
class EtcdctlComparisonTest {

    private static final int NODES = 3;

    @Test
    void mainstayAnswersEtcdctl_asEtcdDoes() throws IOException {
        try (var etcd = EtcdCluster.start(NODES);
                var mainstay = MainstayCluster.start(NODES)) {
            assertThat(differences(etcd, mainstay)).isEmpty();
        }
    }

    /// The proof of the comparison itself: two clusters of the same program never differ.
    @Test
    void etcdAnswersEtcdctl_asEtcdDoes() throws IOException {
        try (var one = EtcdCluster.start(NODES);
                var other = EtcdCluster.start(NODES)) {
            assertThat(differences(one, other)).isEmpty();
        }
    }

    @Tag("long")
    @Test
    void checkPerf_passes() throws IOException {
        try (var mainstay = MainstayCluster.start(NODES)) {
            var endpoints = "--endpoints=" + String.join(",", mainstay.endpoints());
            var ran =
                    Command.run(
                            List.of("etcdctl", "check", "perf", "--load=s", endpoints),
                            Map.of("ETCDCTL_API", "3"),
                            "",
                            Duration.ofMinutes(2));

            assertThat(ran.out() + ran.err()).contains("PASS").doesNotContain("FAIL");
            assertThat(ran.exit()).isZero();
        }
    }

    private static List<String> differences(KvCluster one, KvCluster other) throws IOException {
        var steps = Step.parse(script());
        var expected = new Etcdctl(one).run(steps);
        var answered = new Etcdctl(other).run(steps);
        keep("expected", expected);
        keep("answered", answered);
        var differences = new ArrayList<String>();
        for (var i = 0; i < steps.size(); i++) {
            var left = expected.get(i).answer();
            var right = answered.get(i).answer();
            if (!left.equals(right)) {
                differences.add(
                        "%n> etcdctl %s%n--- %s%n%s%n--- %s%n%s"
                                .formatted(
                                        steps.get(i).text(),
                                        one.product(),
                                        left,
                                        other.product(),
                                        right));
            }
        }
        return differences;
    }

    /// For whoever looks into a difference.
    private static void keep(String name, List<Etcdctl.Answered> answers) throws IOException {
        var text = new StringBuilder();
        for (var answered : answers) {
            text.append("> ").append(answered.step().text()).append('\n').append(answered.answer());
        }
        Files.writeString(Path.of("target", "etcdctl-" + name + ".txt"), text);
    }

    private static String script() throws IOException {
        try (var in = EtcdctlComparisonTest.class.getResourceAsStream("/etcdctl/script.txt")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
