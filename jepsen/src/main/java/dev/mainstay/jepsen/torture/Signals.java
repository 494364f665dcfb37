package dev.mainstay.jepsen.torture;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/// Ctrl-C and SIGTERM: the first one asks a run to come to its end, the second ends the program.
///
/// A shutdown hook would be too late: those of the arena kill the nodes at the same time. What Java
/// has for it is not part of its interface, hence by name; where it is missing, the hooks remain.
final class Signals {

    private static final int INTERRUPTED = 130;

    private Signals() {}

    /// @param first runs on a thread of the JVM: be quick
    static void onInterrupt(Runnable first) {
        var count = new AtomicInteger();
        Runnable action =
                () -> {
                    if (count.incrementAndGet() == 1) {
                        first.run();
                    } else {
                        System.exit(INTERRUPTED);
                    }
                };
        for (var name : new String[] {"INT", "TERM"}) {
            handle(name, action);
        }
    }

    private static void handle(String name, Runnable action) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var proxy =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (_, method, _) -> {
                                if (method.getName().equals("handle")) {
                                    action.run();
                                }
                                return null;
                            });
            var made = signal.getConstructor(String.class).newInstance(name);
            var _ = signal.getMethod("handle", signal, handler).invoke(null, made, proxy);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException e) {
            // As before: the hooks clean up, and the run is not judged.
            assert e != null;
        }
    }
}
