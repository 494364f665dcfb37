package dev.mainstay.jepsen.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.disk.Emulation.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Any writes, syncs and renames: what is left is what a model of twenty lines says.
class RandomPowerTest {

    private static final List<String> NAMES = List.of("a", "b", "c", "d");
    private static final int COMMANDS = 400;
    private static final int LOSSES = 3;

    private @TempDir Path folder;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    @Timeout(60)
    void whatIsLeft_isWhatTheModelSays(long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var directory = Files.createDirectory(folder.resolve("data"));
        var emulation = Emulation.in(folder.resolve("disks"), 1, _ -> directory, Names.LOOSE);
        var model = new Model();
        for (var loss = 0; loss < LOSSES; loss++) {
            try (var scribe = ScribeProcess.start(emulation, directory)) {
                for (var i = 0; i < COMMANDS; i++) {
                    scribe.does(model.step(random).toArray(String[]::new));
                }
                emulation.disks().losePower(0);
            }

            model.losePower();
            assertThat(ScribeProcess.files(directory)).isEqualTo(model.texts());
        }
    }

    /// One directory.
    private static final class Model {

        private static final class File {
            String written = "";
            String synced = "";
            boolean isNamed;
        }

        private final Map<String, File> names = new TreeMap<>();
        private final Map<String, File> syncedNames = new HashMap<>();

        Map<String, String> texts() {
            var texts = new TreeMap<String, String>();
            names.forEach((name, file) -> texts.put(name, file.written));
            return texts;
        }

        /// The commands that do what was done here.
        List<String> step(SplittableRandom random) {
            var name = NAMES.get(random.nextInt(NAMES.size()));
            var file = names.get(name);
            if (file == null) {
                file = new File();
                names.put(name, file);
                file.written = "new";
                return List.of("append " + name + " new");
            }
            return change(name, file, random);
        }

        @SuppressWarnings(
                "RefactorSwitch") // As expressions the cases would need blocks with yield.
        private List<String> change(String name, File file, SplittableRandom random) {
            var text = Long.toString(random.nextLong(1_000_000));
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    file.written += text;
                    return List.of("append " + name + " " + text);
                }
                case 2 -> {
                    var at = random.nextInt(file.written.length() + 1);
                    var end = Math.min(file.written.length(), at + text.length());
                    file.written =
                            file.written.substring(0, at) + text + file.written.substring(end);
                    return List.of("put %s %d %s".formatted(name, at, text));
                }
                case 3 -> {
                    var size = random.nextInt(file.written.length() + 1);
                    file.written = file.written.substring(0, size);
                    return List.of("truncate %s %d".formatted(name, size));
                }
                case 4, 5 -> {
                    sync(name, file);
                    return List.of("sync " + name);
                }
                case 6 -> {
                    return move(name, file, random);
                }
                default -> {
                    return random.nextBoolean() ? removed(name) : directorySynced();
                }
            }
        }

        private void sync(String name, File file) {
            file.synced = file.written;
            if (!file.isNamed) {
                syncedNames.values().removeIf(other -> other == file);
                syncedNames.put(name, file);
                file.isNamed = true;
            }
        }

        private List<String> move(String name, File file, SplittableRandom random) {
            var to = NAMES.get(random.nextInt(NAMES.size()));
            if (!to.equals(name)) {
                names.put(to, file);
                names.remove(name);
                file.isNamed = false;
            }
            return commands("rename " + name + " " + to, "forget");
        }

        private List<String> removed(String name) {
            names.remove(name);
            return commands("remove " + name, "forget");
        }

        private List<String> directorySynced() {
            syncedNames.clear();
            syncedNames.putAll(names);
            names.values().forEach(file -> file.isNamed = true);
            return commands("syncdir .");
        }

        private static List<String> commands(String... commands) {
            return new ArrayList<>(List.of(commands));
        }

        void losePower() {
            names.clear();
            syncedNames.forEach((name, file) -> {
                var left = new File();
                left.written = file.synced;
                left.synced = file.synced;
                left.isNamed = true;
                names.put(name, left);
            });
            syncedNames.clear();
            syncedNames.putAll(names);
        }
    }
}
