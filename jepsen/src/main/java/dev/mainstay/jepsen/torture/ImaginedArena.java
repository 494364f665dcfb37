package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.disk.Emulation;
import dev.mainstay.jepsen.nemesis.Arena;
import dev.mainstay.jepsen.nemesis.Clocks;
import dev.mainstay.jepsen.nemesis.Disks;
import dev.mainstay.jepsen.nemesis.Links;
import dev.mainstay.jepsen.nemesis.Nemesis;
import java.lang.reflect.Proxy;
import java.util.Optional;

/// A cluster as it could be started here: nemeses say what stands in their way, before there is
/// one.
final class ImaginedArena {

    private ImaginedArena() {}

    static Optional<String> obstacle(Nemesis nemesis, int nodes) {
        return nemesis.obstacle(of(nodes, Emulation.obstacle().isEmpty()));
    }

    /// Why disks and clocks cannot be emulated; empty if they can.
    static Optional<String> withoutEmulation() {
        return Emulation.obstacle();
    }

    private static Arena of(int nodes, boolean hasEmulation) {
        return imagined(
                Arena.class,
                method ->
                        switch (method) {
                            case "size" -> nodes;
                            case "hasProcesses" -> true;
                            case "links" ->
                                    Optional.of(imagined(Links.class, ImaginedArena::nothing));
                            case "disks" -> only(hasEmulation, Disks.class);
                            case "clocks" -> only(hasEmulation, Clocks.class);
                            default -> nothing(method);
                        });
    }

    private static <T> Optional<T> only(boolean isThere, Class<T> type) {
        return isThere ? Optional.of(imagined(type, ImaginedArena::nothing)) : Optional.empty();
    }

    private interface Answers {
        Object to(String method);
    }

    private static Object nothing(String method) {
        throw new UnsupportedOperationException("only imagined: " + method);
    }

    private static <T> T imagined(Class<T> type, Answers answers) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, _) -> answers.to(method.getName())));
    }
}
