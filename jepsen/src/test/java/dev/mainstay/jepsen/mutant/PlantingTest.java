package dev.mainstay.jepsen.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Needs what `bin/mainstay` has built.
@Tag("blackbox")
class PlantingTest {

    private static final Path HOME = Path.of(System.getProperty("mainstay.home", ""));

    @TempDir Path folder;

    @Test
    void everyMutant_compiles_andOnlyTheClassesThatItTouches()
            throws IOException, CannotPlantException {
        var mutants = Mutants.ofCheckout();
        for (var mutant : mutants.all()) {
            var overlay = folder.resolve(mutant.name());

            mutants.compile(mutant, overlay);

            assertThat(classes(overlay)).as(mutant.name()).isEqualTo(touched(mutants, mutant));
        }
    }

    @Test
    void whatIsReleased_holdsNoMutant() throws IOException {
        var jars = jars();
        assertThat(jars).isNotEmpty();
        for (var jar : jars) {
            try (var file = new ZipFile(jar.toFile())) {
                assertThat(file.stream().map(entry -> entry.getName()))
                        .as(jar.toString())
                        .noneMatch(name -> name.contains("mutant"));
            }
        }
    }

    private static List<String> touched(Mutants mutants, Mutant mutant)
            throws IOException, CannotPlantException {
        return mutants.edited(mutant).keySet().stream()
                .map(file -> file.replaceFirst(".*/src/main/java/", "").replace(".java", ""))
                .sorted()
                .toList();
    }

    /// Without those inside of others.
    private static List<String> classes(Path overlay) throws IOException {
        try (var files = Files.walk(overlay)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> overlay.relativize(file).toString().replaceFirst("\\.class$", ""))
                    .filter(name -> !name.contains("$"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> jars() throws IOException {
        var jars = new ArrayList<Path>();
        for (var module : List.of("server", "jepsen")) {
            var target = HOME.resolve(module).resolve("target");
            if (Files.isDirectory(target)) {
                try (var files = Files.walk(target)) {
                    files.filter(file -> file.toString().endsWith(".jar")).forEach(jars::add);
                }
            }
        }
        return jars;
    }
}
