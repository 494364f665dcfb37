package dev.mainstay.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Users switch over sealed types without `default`, so a new permitted type breaks their code.
/// Tools that compare releases do not see it; this test does.
class SealedSetsTest {

    @Test
    void publicSealedSets_areTheseAndOnlyThese() throws IOException, ClassNotFoundException {
        assertThat(sealedSets())
                .isEqualTo(Map.of("OperationResult", "[Delete, Nested, Put, Range]"));
    }

    private static Map<String, String> sealedSets() throws IOException, ClassNotFoundException {
        var sets = new TreeMap<String, String>();
        try (var files = Files.list(Path.of("src/main/java/dev/mainstay/client"))) {
            for (var file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                var name = file.getFileName().toString().replace(".java", "");
                if (name.equals("package-info")) {
                    continue;
                }
                var type = Class.forName("dev.mainstay.client." + name);
                if (type.isSealed()) {
                    var permitted =
                            Arrays.stream(type.getPermittedSubclasses())
                                    .map(Class::getSimpleName)
                                    .sorted()
                                    .toList();
                    sets.put(name, permitted.toString());
                }
            }
        }
        return sets;
    }
}
