package dev.mainstay.jepsen.mutant;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// The mutants of one checkout: found, and compiled into a directory of classes that goes first on
/// the class path of a node. Compiling takes about two seconds on the caller's thread.
public final class Mutants {

    private static final Path FILES = Path.of("jepsen", "src", "mutants");
    private static final Path JARS = Path.of("server", "target");
    private static final Path LIBRARIES = Path.of("server", "target", "lib");

    private final Path home;

    private Mutants(Path home) {
        this.home = home;
    }

    /// Of the checkout that the property `mainstay.home` names.
    public static Mutants ofCheckout() {
        return new Mutants(Path.of(System.getProperty("mainstay.home", "")).toAbsolutePath());
    }

    /// All of them by name; none where there is no checkout, as in a release.
    public List<Mutant> all() throws IOException, CannotPlantException {
        var folder = home.resolve(FILES);
        var mutants = new ArrayList<Mutant>();
        for (var file : list(folder, MutantFile.SUFFIX)) {
            mutants.add(MutantFile.read(file));
        }
        return List.copyOf(mutants);
    }

    public Optional<Mutant> find(String name) throws IOException, CannotPlantException {
        return all().stream().filter(mutant -> mutant.name().equals(name)).findFirst();
    }

    /// Compiles the edited classes of a mutant into `into`, against the jars that `bin/mainstay`
    /// has built, which must be those of the present sources.
    public void compile(Mutant mutant, Path into) throws IOException, CannotPlantException {
        var jars = new ArrayList<Path>();
        jars.addAll(list(home.resolve(JARS), ".jar"));
        jars.addAll(list(home.resolve(LIBRARIES), ".jar"));
        if (jars.isEmpty()) {
            throw new CannotPlantException(
                    "no jars in " + home.resolve(JARS) + ": bin/mainstay builds them");
        }
        var sources = new ArrayList<Source>();
        edited(mutant).forEach((file, text) -> sources.add(new Source(file, text)));
        Files.createDirectories(into);
        compile(mutant, sources, jars, into);
    }

    /// The sources that a mutant touches, by their path in the checkout, as they are in it.
    Map<String, String> edited(Mutant mutant) throws IOException, CannotPlantException {
        var sources = new LinkedHashMap<String, String>();
        for (var edit : mutant.edits()) {
            var source = sources.get(edit.file());
            if (source == null) {
                source = read(mutant, edit);
            }
            try {
                sources.put(edit.file(), edit.applyTo(source));
            } catch (CannotPlantException e) {
                throw cannot(mutant, String.valueOf(e.getMessage()));
            }
        }
        return sources;
    }

    private String read(Mutant mutant, Edit edit) throws IOException, CannotPlantException {
        var file = home.resolve(edit.file());
        if (!Files.isRegularFile(file)) {
            throw cannot(mutant, "there is no " + file);
        }
        return Files.readString(file);
    }

    private static void compile(Mutant mutant, List<Source> sources, List<Path> jars, Path into)
            throws IOException, CannotPlantException {
        var javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) {
            throw cannot(mutant, "needs a JDK: this Java has no compiler");
        }
        try (var files = javac.getStandardFileManager(null, null, null)) {
            var complaints = new StringWriter();
            var options =
                    List.of(
                            "-classpath",
                            String.join(":", jars.stream().map(Path::toString).toList()),
                            "-d",
                            into.toString(),
                            "-proc:none",
                            "-implicit:none",
                            "-Xlint:none");
            if (!javac.getTask(complaints, files, null, options, null, sources).call()) {
                throw cannot(mutant, "does not compile:\n" + complaints);
            }
        }
    }

    private static CannotPlantException cannot(Mutant mutant, String why) {
        return new CannotPlantException("mutant " + mutant.name() + ": " + why);
    }

    private static List<Path> list(Path folder, String suffix) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        }
    }

    /// A source that lies in no file.
    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String file, String text) {
            super(URI.create("edited:///" + file), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoresEncodingErrors) {
            return text;
        }
    }
}
